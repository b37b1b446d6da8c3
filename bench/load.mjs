import autocannon from 'autocannon';
import { cpuSeconds } from './processes.mjs';
import { requestOf } from './servers.mjs';

const CONNECTIONS = 32;
const STRIDE = 37;

/**
 * Loads a contestant with a shape for some seconds. Every connection begins elsewhere in the list of
 * requests. Answers with a status other than 2xx, or with errors in them, are failures.
 */
export async function load(contestant, shape, requests, { seconds, postmaster }) {
  const prepared = requests.map((request) => ({ method: 'POST', headers: contestant.headers, ...requestOf(contestant.name, shape, request) }));
  let client = 0;
  const before = await cpu(contestant, postmaster);
  const result = await autocannon({
    url: `http://127.0.0.1:${contestant.port}`,
    connections: CONNECTIONS,
    duration: seconds,
    timeout: 30,
    requests: prepared.slice(0, 1),
    setupClient(connection) {
      const start = (client++ * STRIDE) % prepared.length;
      connection.setRequests([...prepared.slice(start), ...prepared.slice(0, start)]);
    },
    verifyBody: (body) => isWhole(String(body)),
  });
  const after = await cpu(contestant, postmaster);
  const answered = result['2xx'];
  const perRequest = (name) => (before[name] === null || answered === 0 ? null : ((after[name] - before[name]) / answered) * 1e6);
  return {
    rate: answered / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    failures: result.errors + result.timeouts + result.non2xx + result.mismatches,
    nodeMicroseconds: perRequest('node'),
    postgresMicroseconds: perRequest('postgres'),
  };
}

/** `{"data":{…}}` and nothing beside data; looks at the ends only, because it runs for every answer. */
function isWhole(body) {
  return body.startsWith('{"data":{') && body.trimEnd().endsWith('}}');
}

async function cpu({ pid }, postmaster) {
  return { node: await cpuSeconds(pid), postgres: postmaster === null ? null : await cpuSeconds(postmaster) };
}
