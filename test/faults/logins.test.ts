import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openLoginWatch } from '../../src/app/login-watch.js';
import { openReaders } from '../../src/database/readers.js';
import { type Installation, type LoginRole, loginAs, roleName } from '../../src/database/roles.js';
import { scramVerifier } from '../../src/database/scram.js';
import { openLog } from '../../src/observability/log.js';
import { type App, startApp } from '../support/app.js';
import { ROLE_PREFIX } from '../support/databases.js';
import { type Follower, follow } from '../support/event-clients.js';
import { type SmallCluster, startSmallCluster } from '../support/small-cluster.js';
import { aReport, REPORT, succeed } from '../support/writing.js';

const READ = '{ incidents(first: 1) { totalCount } }';
const UNAVAILABLE = [503, { code: 'SERVICE_UNAVAILABLE', retryable: true }];
const HEALING = { timeout: 10_000, interval: 100 };
vi.setConfig({ testTimeout: 60_000 });

let cluster: SmallCluster;
let installation: Installation;
let app: App;
let metricsPort = '';

beforeAll(async () => {
  cluster = await startSmallCluster();
  installation = { ownerUrl: cluster.url, secret: cluster.secret, rolePrefix: ROLE_PREFIX };
  app = await startApp({
    database: { url: cluster.url, drop: async () => {} },
    config: { database: { ownerUrl: cluster.url, secret: cluster.secret }, metricsPort: 0 },
    notify: (line) => {
      metricsPort = /Metrics at port (\d+)/.exec(line)?.[1] ?? metricsPort;
    },
  });
});
afterAll(async () => {
  await app?.stop();
  await cluster?.remove();
});

const name = (role: LoginRole): string => roleName(ROLE_PREFIX, role);

async function refuse(role: LoginRole, how = `password 'another one'`): Promise<void> {
  await cluster.sql(`alter role ${name(role)} ${how}`);
  await cluster.sql('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [
    name(role),
  ]);
}

async function admit(role: LoginRole): Promise<void> {
  const password = decodeURIComponent(new URL(loginAs(installation, role).connectionString).password);
  await cluster.sql(`alter role ${name(role)} login password '${scramVerifier(password)}'`);
}

async function readiness(): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${metricsPort}/readyz`);
  const { status } = (await response.json()) as { status: string };
  return status;
}

async function expectRecovery(): Promise<void> {
  // Readiness returns without any request, because a proxy sends none before.
  await vi.waitFor(async () => expect(await readiness()).toBe('ready'), HEALING);
  const officer = app.as('TUR', 'DUTY_OFFICER');
  await vi.waitFor(async () => expect((await officer.query(READ)).status).toBe(200), HEALING);
  await succeed(officer, REPORT, aReport());
}

describe('a role that the database refuses to log in', () => {
  let follower: Follower;
  afterEach(async () => {
    await follower?.stop();
    for (const role of ['tur', 'demand'] as const) await admit(role);
  });

  it.each([`password 'another one'`, 'password null', 'nologin'])(
    'answers 503 and heals: %s',
    async (how) => {
      const officer = app.as('TUR', 'DUTY_OFFICER');
      follower = await follow(app.url, officer.token);
      await follower.begun();
      await refuse('tur', how);
      for (const asked of [officer.query(READ), officer.query(REPORT, { input: aReport() })]) {
        const { status, errors } = await asked;
        expect([status, errors[0]?.extensions]).toMatchObject(UNAVAILABLE);
      }
      expect((await app.as('RUS', 'LIAISON_OFFICER').query(READ)).status).toBe(200);
      expect(await readiness()).toBe(`database refuses to log in ${name('tur')}`);
      await admit('tur');
      await expectRecovery();
      await follower.until(1, HEALING.timeout);
    },
  );

  it('is the role of the server: events, budgets and readiness heal', async () => {
    const officer = app.as('TUR', 'DUTY_OFFICER');
    follower = await follow(app.url, officer.token);
    await follower.begun();
    await refuse('demand');
    await vi.waitFor(
      async () => expect(await readiness()).toBe(`database refuses to log in ${name('demand')}`),
      HEALING,
    );
    await admit('demand');
    await expectRecovery();
    await follower.until(1, HEALING.timeout);
  });

  it('is named in the log once, with the remedy, however many requests fail', async () => {
    const lines: string[] = [];
    const { logger } = openLog('info', { write: (line) => lines.push(line), end: async () => {} });
    const watch = openLoginWatch(installation, logger);
    const readers = openReaders({ ...installation, observer: watch.observer });
    const read = () => readers.read('TUR', { text: "select 'x'", values: [] }, true);
    try {
      await refuse('tur');
      for (let attempt = 0; attempt < 5; attempt += 1) {
        await expect(read()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
      }
      expect(await watch.problem()).toContain(name('tur'));
      await admit('tur');
      expect(await watch.problem()).toBeNull();
      await read();
    } finally {
      await readers.close();
    }
    const entries = lines.map((line) => JSON.parse(line));
    expect(entries.map(({ level, role }) => [level, role])).toEqual([
      [50, name('tur')],
      [30, name('tur')],
    ]);
    expect(entries[0].msg).toContain('npx merzili migrate');
  });
});
