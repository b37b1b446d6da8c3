// PostGraphile 5, connected as the role itself, so that row-level security needs no transaction.
import { createServer } from 'node:http';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { grafserv } from 'postgraphile/grafserv/node';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { ROLE_URL, tellPort } from './listen.mjs';

const instance = postgraphile({
  extends: [PostGraphileAmberPreset],
  // It would hide lists whose foreign key has no index of exactly its columns; a prefix serves them here.
  disablePlugins: ['PgIndexBehaviorsPlugin'],
  pgServices: [
    makePgService({
      connectionString: ROLE_URL,
      schemas: ['public'],
      poolConfig: { max: 10, options: '-c timezone=UTC -c jit=off' },
    }),
  ],
  grafserv: { port: 0, graphqlPath: '/graphql', graphiql: false, watch: false },
  grafast: { explain: false },
  schema: { defaultBehavior: '-insert -update -delete' },
});
const server = createServer();
const serv = instance.createServ(grafserv);
await serv.addTo(server);
await serv.ready();
if (process.env.PRINT_SCHEMA) {
  const { printSchema } = await import('graphql');
  const { schema } = await instance.getSchemaResult();
  process.stderr.write(printSchema(schema));
}
server.listen(0, '127.0.0.1', () => tellPort(server.address().port));
