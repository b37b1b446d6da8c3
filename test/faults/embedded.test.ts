import { once } from 'node:events';
import { mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type DemoIssuer, openDemoIssuers } from '../../src/auth/demo-issuers.js';
import { mintToken } from '../../src/auth/mint.js';
import { begun, EVENTS, follow, stream } from '../support/event-clients.js';
import { type SpawnedServer, spawnServer } from '../support/spawned.js';
import { aReport, REPORT } from '../support/writing.js';

/** One embedded database, which each test leaves in order. */
let dataDir: string;
let issuers: readonly DemoIssuer[];
let server: SpawnedServer;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'merzili-restart-'));
  issuers = (await openDemoIssuers(dataDir)).issuers;
});
afterEach(async () => {
  if (server.child.exitCode !== null || server.child.signalCode !== null) return;
  const ended = once(server.child, 'exit');
  server.child.kill('SIGTERM');
  await ended;
});
afterAll(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));

async function start(): Promise<void> {
  server = await spawnServer({ MERZILI_DATA_DIR: dataDir });
}

function token(): string {
  const issuer = issuers.find(({ nation }) => nation === 'TUR');
  if (!issuer) throw new Error('No issuer');
  return mintToken({ ...issuer, role: 'DUTY_OFFICER', subject: 'ayşe' });
}

async function ask(query: string, variables = {}) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors = [] } = JSON.parse(await response.text());
  return { status: response.status, data, extensions: errors[0]?.extensions };
}

async function killDatabase(): Promise<void> {
  const pidFile = await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8');
  process.kill(Number.parseInt(pidFile, 10), 'SIGKILL');
}

const restarts = (): number => server.log().match(/starting it again/g)?.length ?? 0;

async function untilAnswered(): Promise<void> {
  await expect
    .poll(async () => (await ask('{ incidents(first: 1) { totalCount } }')).status, { timeout: 20_000 })
    .toBe(200);
}

it('starts a killed database again: nothing acknowledged is lost, and subscriptions go on', async () => {
  await start();
  const [socket, events] = await Promise.all([
    follow(server.url, token()),
    stream(server.url, token(), { query: EVENTS }),
  ]);
  await begun(socket);
  const acknowledged: string[] = [];
  const refusals: object[] = [];
  const reads: object[] = [];
  let isOver = false;
  const writers = Array.from({ length: 4 }, async () => {
    while (!isOver) {
      const { data, extensions } = await ask(REPORT, { input: aReport() });
      if (data?.result?.incident) acknowledged.push(data.result.incident.id);
      else refusals.push({ ...extensions });
      const read = await ask('{ incidents(first: 1) { totalCount } }');
      if (read.status !== 200) reads.push({ status: read.status, ...read.extensions });
      await delay(20);
    }
  });
  await expect.poll(() => acknowledged.length).toBeGreaterThan(5);
  await killDatabase();
  await expect.poll(restarts, { timeout: 10_000 }).toBe(1);
  const before = acknowledged.length;
  await expect.poll(() => acknowledged.length, { timeout: 20_000 }).toBeGreaterThan(before + 5);
  isOver = true;
  await Promise.all(writers);

  for (const id of acknowledged) {
    expect((await ask('query ($id: ID!) { node(id: $id) { id } }', { id })).data).toEqual({ node: { id } });
  }
  for (const refusal of refusals) {
    // A mutation that fails is null beside an error. Its status is 200 where it was executed.
    expect(refusal).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryable: true });
  }
  for (const read of reads) {
    expect(read).toMatchObject({ status: 503, code: 'SERVICE_UNAVAILABLE', retryable: true });
  }
  for (const { messages } of [socket, events]) {
    const seen = () => new Set(messages.map(({ data }) => data?.incidentEvents?.incident?.id));
    await expect.poll(() => acknowledged.filter((id) => !seen().has(id)), { timeout: 10_000 }).toEqual([]);
  }
  expect(restarts()).toBe(1);
}, 60_000);

it('gives up after three restarts, and ends with an exit code', async () => {
  await start();
  for (let count = 1; count <= 3; count++) {
    await killDatabase();
    await expect.poll(restarts, { timeout: 10_000 }).toBe(count);
    await untilAnswered();
  }
  await killDatabase();
  expect(await server.ended).toBe(1);
  expect(server.log()).toMatch(
    /^error: The database ended by itself \(SIGKILL\) and was started again 3 times/m,
  );
}, 90_000);

it('ends with an exit code when the database cannot be started again', async () => {
  await start();
  const control = join(dataDir, 'postgres/global/pg_control');
  await rename(control, `${control}.away`);
  try {
    await killDatabase();
    expect(await server.ended).toBe(1);
  } finally {
    await rename(`${control}.away`, control);
  }
  expect(restarts()).toBe(3);
  expect(server.log()).toMatch(/^error: .*PostgreSQL did not start on/m);
}, 60_000);

it('ends in time on SIGTERM while the database is started again', async () => {
  await start();
  await killDatabase();
  await expect.poll(restarts, { timeout: 10_000, interval: 1 }).toBe(1);
  server.child.kill('SIGTERM');
  expect(await server.ended).toBe(0);
  expect(server.log()).not.toMatch(/error:/);
  await start();
  await untilAnswered();
}, 60_000);
