import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type App, startApp } from '../support/app.js';
import { IS_LONG, rounds } from '../support/rounds.js';
import { type SmallCluster, startSmallCluster } from '../support/small-cluster.js';
import { aReport, REPORT } from '../support/writing.js';
import { type Officers, officersAtWork, READ } from './officers.js';

/** How long a database that gives no sign of life stays so. */
const SILENCE_MS = 30_000;
/** No client waits longer than this for its answer, whatever happens. */
const MAX_ANSWER_MS_LENGTH = 6_500;
const MAX_REPORT_MS_LENGTH = 12_000;
const RETURN_MS = 2_000;
const OUTAGE_MS = IS_LONG ? 30_000 : 2_000;
const TERMINATIONS = rounds(10, 100);
vi.setConfig({ testTimeout: IS_LONG ? 300_000 : 60_000 });

let cluster: SmallCluster;
let app: App;

beforeAll(async () => {
  cluster = await startSmallCluster();
  app = await startApp({
    database: { url: cluster.url, drop: async () => {} },
    config: { database: { ownerUrl: cluster.url, secret: cluster.secret } },
  });
});
afterAll(async () => {
  await app.stop();
  await cluster.remove();
});

describe('under load', () => {
  let officers: Officers;
  beforeEach(async () => {
    officers = officersAtWork(app);
    while (officers.answers.length < 20 || officers.acknowledged.size === 0) await delay(20);
  });
  afterEach(() => officers.stop());

  /** From the moment a part is back: reads and reports are good again at once, and nothing was lost. */
  async function expectRecovery(back: number): Promise<void> {
    await delay(RETURN_MS);
    await officers.stop();
    expect(officers.untilWell('read', back)).toBeLessThan(RETURN_MS);
    expect(officers.untilWell('report', back)).toBeLessThan(RETURN_MS);
    expect(officers.slowest('read')).toBeLessThan(MAX_ANSWER_MS_LENGTH);
    expect(officers.slowest('report')).toBeLessThan(MAX_REPORT_MS_LENGTH);
    await expectNothingLostOrDoubled();
  }

  async function expectNothingLostOrDoubled(): Promise<void> {
    const rows = await cluster.sql<{ key: string; reference: string }>(
      'select idempotency.key, reference from idempotency join incident on incident.key = incident_key',
    );
    const recorded = new Map(rows.map(({ key, reference }) => [key, reference]));
    for (const [key, reference] of officers.acknowledged) expect(recorded.get(key)).toBe(reference);
    const [counted] = await cluster.sql<{ reports: number; keys: number; events: number }>(
      `select (select count(*)::int from incident where import_key is null) as reports,
              (select count(*)::int from idempotency) as keys,
              (select count(*)::int from incident_event where kind = 'REPORTED') as events`,
    );
    expect(counted).toEqual({ reports: rows.length, keys: rows.length, events: rows.length });
  }

  it('PostgreSQL is restarted', async () => {
    await cluster.restart();
    await expectRecovery(Date.now());
  });

  it('PostgreSQL is killed', async () => {
    await cluster.kill();
    await delay(OUTAGE_MS);
    await cluster.restart();
    const back = Date.now();
    await expectRecovery(back);
    expect(officers.refusals('read')).toBeGreaterThan(0);
  });

  it('all its backends are terminated, again and again: no read is refused', async () => {
    let back = 0;
    for (let round = 0; round < TERMINATIONS; round += 1) {
      await cluster.sql('select pg_terminate_backend(pid) from pg_stat_activity where usename like $1', [
        'merzili_%',
      ]);
      back = Date.now();
      await expect
        .poll(() => officers.untilWell('read', back), { timeout: RETURN_MS, interval: 10 })
        .toBeLessThan(RETURN_MS);
    }
    await expectRecovery(back);
    expect(officers.refusals('read')).toBe(0);
  });

  it.runIf(IS_LONG)('the network swallows everything', async () => {
    cluster.proxy.blackHole();
    await delay(SILENCE_MS);
    cluster.proxy.heal();
    await expectRecovery(Date.now());
    expect(officers.refusals('read')).toBeGreaterThan(0);
  });

  it.runIf(IS_LONG)('PostgreSQL is stopped for a while', async () => {
    cluster.signal('SIGSTOP');
    await delay(SILENCE_MS);
    cluster.signal('SIGCONT');
    await expectRecovery(Date.now());
    expect(officers.refusals('read')).toBeGreaterThan(0);
  });
});

describe('a statement that does not come to an end', () => {
  const STATISTICS = '{ incidentStatistics(groupBy: [CATEGORY], filter: { search: "mayın" }) { count } }';

  it('is ended by its timeout, in the server and in the database', async () => {
    const locker = await cluster.connect();
    await locker.query('begin; lock table incident in access exclusive mode');
    try {
      const startedAt = Date.now();
      const { status, errors } = await app.as('TUR', 'LIAISON_OFFICER').query(READ);
      expect([status, errors[0]?.extensions]).toEqual([
        503,
        { code: 'SERVICE_UNAVAILABLE', retryable: true },
      ]);
      expect(Date.now() - startedAt).toBeLessThan(MAX_ANSWER_MS_LENGTH);
      const running = await cluster.sql(
        `select query from pg_stat_activity where application_name = 'merzili read' and state = 'active'`,
      );
      expect(running).toEqual([]);
    } finally {
      await locker.end();
    }
    expect((await app.as('TUR', 'LIAISON_OFFICER').query(READ)).status).toBe(200);
  });

  it('in all heavy connections: the next heavy one is refused within a second, quick ones are not', async () => {
    const locker = await cluster.connect();
    await locker.query('begin; lock table incident_search in access exclusive mode');
    const officer = app.as('RUS', 'LIAISON_OFFICER');
    try {
      const waiting = [officer.query(STATISTICS), officer.query(STATISTICS)];
      await delay(200);
      const startedAt = Date.now();
      const refused = await officer.query(STATISTICS);
      expect([refused.status, refused.errors[0]?.extensions.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
      expect(Date.now() - startedAt).toBeLessThan(1_500);
      expect((await officer.query(READ)).status).toBe(200);
      expect((await app.as('TUR', 'LIAISON_OFFICER').query(READ)).status).toBe(200);
      await locker.end();
      expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200]);
    } finally {
      await locker.end();
    }
  });

  it('in all writing connections: the next report is refused within a second, and those that waited are done', async () => {
    const locker = await cluster.connect();
    await locker.query('begin; lock table idempotency in access exclusive mode');
    const officer = app.as('RUS', 'DUTY_OFFICER');
    const report = () => officer.query(REPORT, { input: aReport() });
    try {
      const waiting = Array.from({ length: 4 }, report);
      await delay(200);
      const startedAt = Date.now();
      const refused = await report();
      expect([refused.status, refused.errors[0]?.extensions]).toEqual([
        503,
        { code: 'SERVICE_UNAVAILABLE', retryable: true },
      ]);
      expect(Date.now() - startedAt).toBeLessThan(1_500);
      expect((await officer.query(READ)).status).toBe(200);
      await locker.end();
      const done = await Promise.all(waiting);
      expect(done.map(({ data }) => data?.result.incident?.version)).toEqual([1, 1, 1, 1]);
    } finally {
      await locker.end();
    }
  });
});
