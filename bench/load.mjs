import { cpus } from 'node:os';
import autocannon from 'autocannon';
import { cpuSeconds } from './processes.mjs';
import { requestOf } from './servers.mjs';

const CONNECTIONS = 32;
const STRIDE = 37;
const CORES = cpus().length;
/** A slow contestant is measured for at most this multiple of the requested seconds. */
const MAX_STRETCH = 3;

/**
 * Loads a contestant with a shape for some seconds. Every connection begins elsewhere in the list of
 * requests. Answers with a status other than 2xx, or with errors in them, are failures.
 */
export async function load(contestant, shape, requests, { seconds, postmaster, maxStretch = MAX_STRETCH }) {
  const prepared = requests.map((request) => ({
    method: 'POST',
    headers: contestant.headers,
    ...requestOf(contestant.name, shape, request),
  }));
  let client = 0;
  const slowness = await secondsForOne(prepared[0], contestant);
  // Long enough for every connection to be answered three times.
  const duration = Math.min(maxStretch * seconds, Math.max(seconds, (3 * CONNECTIONS * slowness) / CORES));
  const before = await cpu(contestant, postmaster);
  const result = await autocannon({
    url: `http://127.0.0.1:${contestant.port}`,
    connections: CONNECTIONS,
    duration,
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
  const perRequest = (name) =>
    before[name] === null || answered === 0 ? null : ((after[name] - before[name]) / answered) * 1e6;
  return {
    rate: answered / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    failures: result.errors + result.timeouts + result.non2xx + result.mismatches,
    nodeMicroseconds: perRequest('node'),
    postgresMicroseconds: perRequest('postgres'),
  };
}

async function secondsForOne({ path, headers, body }, { port }) {
  const started = performance.now();
  await (await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body })).text();
  return (performance.now() - started) / 1000;
}

/** Whether the answer is `{"data":{…}}` alone; checks only both ends, because it runs for every answer. */
function isWhole(body) {
  return body.startsWith('{"data":{') && body.trimEnd().endsWith('}}');
}

async function cpu({ pid }, postmaster) {
  return { node: await cpuSeconds(pid), postgres: postmaster === null ? null : await cpuSeconds(postmaster) };
}
