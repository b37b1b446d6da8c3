// PostGraphile 5 as its documentation recommends for row-level security: the role is set for each request.
import { createServer } from 'node:http';
import pg from 'pg';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { ROLE_URL, tellPort } from './listen.mjs';

const pool = new pg.Pool({
  connectionString: ROLE_URL,
  max: 10,
  options: '-c timezone=UTC -c jit=off',
});
// The role cannot read the catalogue, so the owner reads the schema before any request.
const owner = new pg.Pool({ connectionString: process.env.OWNER_URL, max: 1 });
pool.connect = () => owner.connect();

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  // By default it hides lists whose foreign key has no index of exactly its columns; here a prefix is enough.
  disablePlugins: ['PgIndexBehaviorsPlugin'],
  pgServices: [makePgService({ pool, schemas: ['public'] })],
  grafserv: { port: 0, graphqlPath: '/graphql', graphiql: false, watch: false },
  grafast: { explain: false, context: () => ({ pgSettings: { role: new URL(ROLE_URL).username } }) },
  schema: { defaultBehavior: '-insert -update -delete' },
});
const server = createServer();
const serv = instance.createServ(grafserv);
await serv.addTo(server);
await serv.ready();
await instance.getSchemaResult();
delete pool.connect;
await owner.end();
if (process.env.PRINT_SCHEMA) {
  const { printSchema } = await import('graphql');
  const { schema } = await instance.getSchemaResult();
  process.stderr.write(printSchema(schema));
}
server.listen(0, '127.0.0.1', () => tellPort(server.address().port));
