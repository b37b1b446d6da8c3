// What it saves that answers go through Apollo Server as ready text: `node bench/ready-text.mjs`, see decision 0016.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fromProject, PROJECT } from './project.mjs';

const ROUNDS = 15;
const REQUESTS = 1_500;

// The checkout's own packages: graphql must be the same module for both servers.
const packageOf = createRequire(join(PROJECT, 'package.json'));
const { ApolloServer, HeaderMap } = packageOf('@apollo/server');
const { buildSchema } = packageOf('graphql');
const { createGraphqlServer } = await fromProject('http/graphql-server.js');
const { openDocuments } = await fromProject('demand/documents.js');
const { ResponseText } = await fromProject('planner/response-text.js');

const schema = buildSchema(`type Query { incidents(after: String): Incidents }
  type Incidents { nodes: [Incident!]! }
  type Incident { reference: String category: String place: Place claims: [Party!]! }
  type Place { code: String name: String parent: Place }
  type Party { code: String name: String }`);
const query = `query Page($after: String) { incidents(after: $after) { nodes {
  reference category place { code name parent { code name } } claims { code name } } } }`;
const incident = {
  reference: 'TUR-2022-0412',
  category: 'CEASEFIRE_VIOLATION',
  place: { code: 'agdam', name: 'Ağdam', parent: { code: 'fuzuli', name: 'Füzuli' } },
  claims: [
    { code: 'TUR', name: 'Türkiye' },
    { code: 'RUS', name: 'Россия' },
  ],
};
const answers = { incident: 1, page: 20 };

/** The answer as the database sends it. */
let bytes = '';
const servers = {
  'ready text': createGraphqlServer({
    schema,
    documents: openDocuments(schema),
    execute: async () => ({ data: new ResponseText(bytes) }),
    formatErrors: () => [],
    logger: console,
  }),
  objects: new ApolloServer({
    schema,
    plugins: [
      {
        requestDidStart: async () => ({
          responseForOperation: async () => ({
            http: { headers: new HeaderMap() },
            body: { kind: 'single', singleResult: { data: JSON.parse(new ResponseText(bytes).text) } },
          }),
        }),
      },
    ],
  }),
};

/** Microseconds of CPU that one answer takes, from the request to the bytes of the response. */
async function measure(name, count) {
  const encoding = name === 'objects' ? 'utf8' : 'latin1';
  const before = process.cpuUsage();
  for (let index = 0; index < count; index += 1) {
    const { body } = await servers[name].executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: 'POST',
        headers: new HeaderMap([['content-type', 'application/json']]),
        search: '',
        body: { query, variables: { after: String(index) } },
      },
      context: async () => ({}),
    });
    Buffer.from(body.string, encoding);
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
}

for (const server of Object.values(servers)) await server.start();
for (const [shape, size] of Object.entries(answers)) {
  bytes = ResponseText.of(
    JSON.stringify({ incidents: { nodes: Array.from({ length: size }, () => incident) } }),
  ).bytes;
  const times = Object.fromEntries(Object.keys(servers).map((name) => [name, []]));
  for (const name of Object.keys(servers)) await measure(name, 3 * REQUESTS);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const name of Object.keys(servers)) times[name].push(await measure(name, REQUESTS));
  }
  for (const [name, values] of Object.entries(times)) {
    const median = values.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)];
    process.stdout.write(`${shape.padEnd(9)} ${name.padEnd(11)} ${median.toFixed(1).padStart(6)} µs\n`);
  }
}
