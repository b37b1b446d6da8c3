#!/usr/bin/env node
// A day at the desks: 100 officers who read, one request in twenty a report, and 20 who watch the events.
// Starts the built server on a database of its own. Exits with 0 when no request failed and no event was missed.
//
//   npm run load [-- --seconds 60 --users 100 --subscribers 20]
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    users: { type: 'string', default: '100' },
    subscribers: { type: 'string', default: '20' },
    dist: { type: 'string', default: join(import.meta.dirname, '../../dist') },
  },
});
const [SECONDS, USERS, SUBSCRIBERS] = [values.seconds, values.users, values.subscribers].map(Number);
/** An officer looks at an answer for so long, in milliseconds. */
const LOOK = [50, 250];
const WRITES = 0.05;
const NATIONS = ['TUR', 'RUS', 'AZE'];

const fromDist = (path) => import(pathToFileURL(join(values.dist, 'src', path)).href);
const { openDemoIssuers } = await fromDist('auth/demo-issuers.js');
const { mintToken } = await fromDist('auth/mint.js');

const READS = [
  [
    'query Desk { incidents(first: 20) { totalCount nodes { reference title { text } place { name parent { name } } statusLabel } pageInfo { endCursor hasNextPage } } }',
  ],
  [
    'query District($place: String!) { incidents(first: 20, filter: { place: [$place] }) { totalCount nodes { reference categoryLabel severityLabel } } }',
    () => ({ place: 'agdam' }),
  ],
  [
    'query Record($reference: String!) { incident(reference: $reference) { reference version title { text } claims { claimant { name } statement { text } } casualties { killed wounded } assessments { nation verdictLabel } provisions { code } viewerActions } }',
    (known) => ({ reference: known[Math.floor(Math.random() * known.length)] }),
  ],
  ['query Figures { incidentStatistics(groupBy: [CATEGORY]) { keys labels count } }'],
  ['query Search { incidents(first: 10, filter: { search: "mayın" }) { totalCount nodes { reference } } }'],
];
const REPORT =
  'mutation Report($input: ReportIncidentInput!) { reportIncident(input: $input) { incident { reference version } userErrors { code field message } } }';

const dataDir = await mkdtemp(join(tmpdir(), 'merzili-load-'));
const program = join(values.dist, 'src/cli/merzili.js');
const server = spawn(process.execPath, ['--no-memory-reducer', program, 'serve'], {
  env: { ...process.env, PORT: '0', MERZILI_DATA_DIR: dataDir, NODE_ENV: '' },
  stdio: ['ignore', 'pipe', 'ignore'],
});
const failures = new Map();
const times = { read: [], write: [] };
let events = 0;
try {
  const url = await urlOf(server);
  const { issuers } = await openDemoIssuers(dataDir);
  const tokenOf = (nation, subject) =>
    mintToken({ ...issuers.find((issuer) => issuer.nation === nation), role: 'LIAISON_OFFICER', subject });
  const agent = new Agent({ keepAlive: true, maxSockets: USERS });
  const ask = (token, query, variables) => post(`${url}/graphql`, agent, token, { query, variables });

  const first = await ask(tokenOf('TUR', 'first'), '{ incidents(first: 100) { nodes { reference } } }');
  const known = first.data.incidents.nodes.map(({ reference }) => reference);
  const watchers = Array.from({ length: SUBSCRIBERS }, (_, index) =>
    watch(url, tokenOf(NATIONS[index % 3], `watcher-${index}`)),
  );
  await delay(1_000);
  const memoryBefore = await residentMb(server.pid);
  const until = Date.now() + SECONDS * 1000;
  let reported = 0;
  await Promise.all(
    Array.from({ length: USERS }, async (_, index) => {
      const nation = NATIONS[index % 3];
      const token = tokenOf(nation, `officer-${index}`);
      await delay(Math.random() * LOOK[1]);
      while (Date.now() < until) {
        const isWrite = Math.random() < WRITES;
        const startedAt = performance.now();
        const problem = isWrite ? await report(ask, token) : await read(ask, token, known);
        times[isWrite ? 'write' : 'read'].push(performance.now() - startedAt);
        if (problem) failures.set(problem, (failures.get(problem) ?? 0) + 1);
        else if (isWrite) reported += 1;
        await delay(LOOK[0] + Math.random() * (LOOK[1] - LOOK[0]));
      }
    }),
  );
  await delay(2_000);
  const memoryAfter = await residentMb(server.pid);
  for (const watcher of watchers) await watcher.dispose();
  agent.destroy();

  const requests = times.read.length + times.write.length;
  console.log(`${USERS} users, ${SUBSCRIBERS} subscribers, ${SECONDS} s`);
  console.log(`requests   ${requests} (${Math.round(requests / SECONDS)}/s), ${reported} incidents reported`);
  for (const [kind, list] of Object.entries(times)) console.log(`${kind.padEnd(10)} ${quantiles(list)}`);
  console.log(`events     ${events} received`);
  console.log(`memory     ${memoryBefore.toFixed(0)} MB before, ${memoryAfter.toFixed(0)} MB after`);
  for (const [problem, count] of failures) console.log(`FAILED     ${count} × ${problem}`);
  if (SUBSCRIBERS > 0 && reported > 0 && events === 0) failures.set('no events', 1);
  if (failures.size > 0) process.exitCode = 1;
  else console.log('no errors');
} finally {
  const ended = new Promise((resolve) => server.once('exit', resolve));
  if (server.exitCode === null) {
    server.kill('SIGTERM');
    console.log(`server ended with ${await ended}`);
  }
  await rm(dataDir, { recursive: true, force: true });
}

async function read(ask, token, known) {
  const [query, variables] = READS[Math.floor(Math.random() * READS.length)];
  const { status, errors, problem } = await ask(token, query, variables?.(known));
  if (problem) return problem;
  return status === 200 && !errors ? null : `read ${status} ${errors?.[0]?.extensions?.code}`;
}

async function report(ask, token) {
  const { status, errors, data, problem } = await ask(token, REPORT, {
    input: {
      idempotencyKey: randomUUID(),
      category: 'CEASEFIRE_VIOLATION',
      occurredFrom: '2022-03-09T07:00:00Z',
      place: 'agdam',
      title: { locale: 'EN', text: `Shots heard, load run ${randomUUID()}` },
      releaseTo: ['TUR', 'RUS'],
    },
  });
  if (problem) return problem;
  if (errors || status !== 200) return `write ${status} ${errors?.[0]?.extensions?.code}`;
  const [userError] = data.reportIncident.userErrors;
  return userError ? `write ${userError.code} ${userError.field}` : null;
}

function watch(url, token) {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    lazy: false,
    retryAttempts: 0,
  });
  const fail = (error) =>
    failures.set(`subscription ${error?.message ?? error?.reason ?? JSON.stringify(error)}`, 1);
  client.subscribe(
    { query: 'subscription { incidentEvents { cursor kind incident { reference title { text } } } }' },
    {
      next({ errors }) {
        if (errors) fail(errors[0]);
        else events += 1;
      },
      error: fail,
      complete: () => {},
    },
  );
  return client;
}

function post(url, agent, token, body) {
  return new Promise((resolve) => {
    const payload = JSON.stringify(body);
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(payload),
    };
    const request = httpRequest(url, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, ...JSON.parse(text) }));
    });
    request.on('error', (error) => resolve({ problem: error.code ?? error.message }));
    request.end(payload);
  });
}

function urlOf(child) {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const found = /^API\s+(\S+)\/graphql$/m.exec(output);
      if (found) resolve(found[1]);
    });
    child.once('exit', (code) => reject(new Error(`The server ended with ${code} before it served`)));
  });
}

async function residentMb(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}

function quantiles(list) {
  const sorted = [...list].sort((a, b) => a - b);
  const at = (part) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN).toFixed(1);
  return `${sorted.length} requests, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, slowest ${at(1)} ms`;
}
