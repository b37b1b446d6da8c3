import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type DemoIssuer, openDemoIssuers } from '../../src/auth/demo-issuers.js';
import { mintToken } from '../../src/auth/mint.js';
import { connectAs } from '../support/connect-as.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { begun, EVENTS, follow, stream } from '../support/event-clients.js';
import { type SpawnedServer, spawnServer } from '../support/spawned.js';
import { aReport, REPORT } from '../support/writing.js';

let database: TestDatabase;
let dataDir: string;
let issuers: readonly DemoIssuer[];
const servers: SpawnedServer[] = [];

beforeAll(async () => {
  database = await createDatabase(inject('ownerUrl'), { template: inject('template') });
  dataDir = await mkdtemp(join(tmpdir(), 'merzili-process-'));
  issuers = (await openDemoIssuers(dataDir)).issuers;
});
afterAll(async () => {
  for (const { child, ended } of servers) {
    child.kill('SIGKILL');
    await ended;
  }
  await rm(dataDir, { recursive: true, force: true });
  await database.drop();
});

async function start(environment: Record<string, string> = {}): Promise<SpawnedServer> {
  const server = await spawnServer({
    DATABASE_URL: database.url,
    MERZILI_DATABASE_SECRET: inject('secret'),
    MERZILI_DATA_DIR: dataDir,
    ...environment,
  });
  servers.push(server);
  return server;
}

function tokenOf({ nation = 'TUR', issuedAt = new Date() } = {}): string {
  const issuer = issuers.find((candidate) => candidate.nation === nation);
  if (!issuer) throw new Error('No issuer');
  return mintToken({ ...issuer, role: 'LIAISON_OFFICER', subject: 'ayşe', issuedAt });
}

async function ask(server: SpawnedServer, query: string, token = tokenOf(), variables = {}) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors = [] } = JSON.parse(await response.text());
  return {
    status: response.status,
    data,
    codes: errors.map((error: { extensions: { code: string } }) => error.extensions.code),
  };
}

const READ = '{ incidents(first: 5) { totalCount } }';
const WELL = { status: 200, data: { incidents: { totalCount: 47 } }, codes: [] };

describe('SIGTERM', () => {
  it('with requests in flight lets them finish, or ends them with a code, and exits with 0 within 10 s', async () => {
    const server = await start();
    await ask(server, READ);
    const locker = await connectAs(database.url);
    const brief = await connectAs(database.url);
    await locker.query('begin; lock table incident_search in access exclusive mode');
    await brief.query('begin; lock table place in access exclusive mode');
    const quick = Array.from({ length: 10 }, () => ask(server, '{ place(code: "agdam") { code } }'));
    const heavy = Array.from({ length: 2 }, () =>
      ask(server, '{ incidentStatistics(groupBy: [CATEGORY], filter: { search: "mayın" }) { count } }'),
    );
    await delay(1_500);
    const startedAt = Date.now();
    server.child.kill('SIGTERM');
    await delay(500);
    await brief.end();
    expect(await Promise.all(quick)).toEqual(
      Array(10).fill({ status: 200, data: { place: { code: 'agdam' } }, codes: [] }),
    );
    expect(await Promise.all(heavy)).toEqual(
      Array(2).fill({ status: 503, data: undefined, codes: ['SERVICE_UNAVAILABLE'] }),
    );
    expect(await server.ended).toBe(0);
    expect(Date.now() - startedAt).toBeLessThan(10_000);
    await locker.end();
  });

  it('with subscriptions in flight closes sockets with 1001, ends streams with a code, and exits with 0', async () => {
    const server = await start();
    const sockets = await Promise.all(Array.from({ length: 5 }, () => follow(server.url, tokenOf())));
    const streams = await Promise.all(
      Array.from({ length: 5 }, () => stream(server.url, tokenOf(), { query: EVENTS })),
    );
    await begun(...sockets);
    const startedAt = Date.now();
    server.child.kill('SIGTERM');
    await Promise.all([...sockets, ...streams].map((client) => client.ended()));
    expect(sockets.map(({ closed }) => closed?.code)).toEqual(Array(5).fill(1001));
    for (const { messages, isComplete } of streams) {
      expect(isComplete).toBe(true);
      expect(messages.at(-1)?.errors?.[0]?.extensions).toEqual({
        code: 'SERVICE_UNAVAILABLE',
        retryable: true,
      });
    }
    expect(await server.ended).toBe(0);
    expect(Date.now() - startedAt).toBeLessThan(10_000);
  });

  it('ends it even when nobody reads its log', async () => {
    const server = await start();
    server.child.stderr?.pause();
    const token = tokenOf();
    // More than a pipe holds: the name of the operation is in each line.
    const document = `query ${'n'.repeat(3_000)} { __typename }`;
    for (let round = 0; round < 15; round += 1) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask(server, document, token)));
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    }
    const startedAt = Date.now();
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(Date.now() - startedAt).toBeLessThan(10_000);
  });
});

describe('two processes on one database', () => {
  it('one is killed, the other goes on as if nothing had happened', async () => {
    const [one, other] = await Promise.all([start(), start()]);
    const answers: unknown[] = [];
    let isOver = false;
    const asking = (async () => {
      while (!isOver) answers.push(await ask(other, READ));
    })();
    const reported: string[] = [];
    const reporting = (async () => {
      const token = tokenOf({ nation: 'AZE' });
      while (!isOver) {
        const { data, codes } = await ask(other, REPORT, token, { input: aReport({ releaseTo: [] }) });
        expect(codes).toEqual([]);
        reported.push(data.result.incident.reference);
      }
    })();
    expect(await ask(one, READ)).toEqual(WELL);
    one.child.kill('SIGKILL');
    expect(await one.ended).toBe('SIGKILL');
    const before = { reported: reported.length, answers: answers.length };
    const goesOn = expect
      .poll(() => reported.length > before.reported + 3 && answers.length > before.answers + 10, {
        timeout: 20_000,
      })
      .toBe(true);
    await goesOn.finally(() => {
      isOver = true;
    });
    await Promise.all([asking, reporting]);
    const owner = await connectAs(database.url);
    const { rows } = await owner.query('select reference from incident where import_key is null');
    await owner.end();
    expect(rows.map(({ reference }) => reference).sort()).toEqual([...reported].sort());
    expect(answers.filter((answer) => JSON.stringify(answer) !== JSON.stringify(WELL))).toEqual([]);
    other.child.kill('SIGTERM');
    expect(await other.ended).toBe(0);
  });
});

describe('one process from start to end', () => {
  let server: SpawnedServer;
  beforeAll(async () => {
    server = await start();
  });

  it('accepts clocks 30 s apart, and refuses 5 min', async () => {
    const shifted = (seconds: number) =>
      ask(server, READ, tokenOf({ issuedAt: new Date(Date.now() + seconds * 1000) }));
    expect(await shifted(30)).toEqual(WELL);
    expect(await shifted(-30)).toEqual(WELL);
    expect((await shifted(300)).status).toBe(401);
    expect((await shifted(-3_600 - 300)).status).toBe(401);
  });

  it('with nothing to do ends at SIGTERM at once, with 0', async () => {
    await ask(
      server,
      'query Ara { incidents(first: 1, filter: { search: "gizli\u202Emetin\\r\\nINFO" }) { nodes { title { text } position { latitude } } } }',
    );
    await ask(server, 'query Yanlış { x }');
    await ask(server, READ, 'no-token');
    const startedAt = Date.now();
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(Date.now() - startedAt).toBeLessThan(4_000);
  });

  it('has logged one line for every request, without token, text or position', () => {
    const lines = server.log().trim().split('\n');
    const requests = lines
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line))
      .filter(({ msg }) => msg === 'request');
    expect(requests).toHaveLength(7);
    expect(requests[4]).toMatchObject({
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      subject: 'ayşe',
      nation: 'TUR',
      operation: 'Ara',
      cost: expect.any(Number),
      ms: expect.any(Number),
      status: 200,
      outcome: 'ok',
    });
    expect(requests[5]).toMatchObject({ operation: null, status: 400, outcome: 'GRAPHQL_PARSE_FAILED' });
    expect(requests[6]).toMatchObject({ status: 401, outcome: 'UNAUTHENTICATED' });
    expect(server.log()).not.toMatch(/eyJ[\w-]{20}/);
    expect(server.log()).not.toMatch(/gizli|metin|latitude|\u202E/);
  });
});
