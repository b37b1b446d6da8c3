import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, type App, startApp } from '../support/app.js';
import { type SmallCluster, startSmallCluster } from '../support/small-cluster.js';

/** By command: FAULTS=long npx vitest run test/faults. */
const IS_LONG = process.env.FAULTS === 'long';
const HOLE_MS = IS_LONG ? 30_000 : 6_000;
const STOP_MS = IS_LONG ? 30_000 : 10_000;
/** No client waits longer than this for its answer, whatever happens. */
const LONGEST_ANSWER_MS = 6_500;
const RETURN_MS = 2_000;

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

const READ = '{ incidents(first: 5) { totalCount nodes { reference place { name } } } }';
const COUNTS = { TUR: 47, RUS: 45, AZE: 41 } as const;

interface Load {
  /** Every answer with when it was asked for and how long it took. */
  readonly answers: { readonly at: number; readonly took: number; readonly answer: Answer }[];
  stop(): Promise<void>;
}

/** Officers of all nations who ask again as soon as they are answered. */
function officersAtWork(): Load {
  const answers: Load['answers'] = [];
  let isOver = false;
  const ask = async (nation: keyof typeof COUNTS): Promise<void> => {
    const officer = app.as(nation, 'LIAISON_OFFICER');
    while (!isOver) {
      const at = Date.now();
      const answer = await officer.query(READ);
      answers.push({ at, took: Date.now() - at, answer });
      expect([200, 503]).toContain(answer.status);
      if (answer.status === 200) expect(answer.data.incidents.totalCount).toBe(COUNTS[nation]);
      else {
        expect(answer.errors[0]?.extensions).toEqual({ code: 'SERVICE_UNAVAILABLE', retryable: true });
        await delay(20);
      }
    }
  };
  const workers = (['TUR', 'RUS', 'AZE'] as const).flatMap((nation) => [
    ask(nation),
    ask(nation),
    ask(nation),
  ]);
  return {
    answers,
    async stop() {
      isOver = true;
      await Promise.all(workers);
    },
  };
}

/** Milliseconds from `since` to the first request after it that was answered well. */
function untilWell({ answers }: Load, since: number): number {
  const first = answers
    .filter(({ at, took, answer }) => answer.status === 200 && at + took >= since)
    .map(({ at, took }) => at + took)
    .sort((a, b) => a - b)[0];
  return first === undefined ? Number.POSITIVE_INFINITY : first - since;
}

const refusals = ({ answers }: Load): number => answers.filter(({ answer }) => answer.status === 503).length;
const slowest = ({ answers }: Load): number => Math.max(...answers.map(({ took }) => took));

describe('under load', () => {
  let load: Load;
  beforeEach(async () => {
    load = officersAtWork();
    while (load.answers.length < 20) await delay(20);
  });
  afterEach(() => load.stop());

  it('PostgreSQL is restarted', async () => {
    await cluster.restart();
    const back = Date.now();
    await delay(RETURN_MS);
    await load.stop();
    expect(untilWell(load, back)).toBeLessThan(RETURN_MS);
    expect(slowest(load)).toBeLessThan(LONGEST_ANSWER_MS);
  });

  it('PostgreSQL is killed', async () => {
    await cluster.kill();
    await delay(500);
    await cluster.restart();
    const back = Date.now();
    await delay(RETURN_MS);
    await load.stop();
    expect(refusals(load)).toBeGreaterThan(0);
    expect(untilWell(load, back)).toBeLessThan(RETURN_MS);
    expect(slowest(load)).toBeLessThan(LONGEST_ANSWER_MS);
  });

  it('all its backends are terminated, several times', async () => {
    for (let round = 0; round < 5; round += 1) {
      await cluster.sql('select pg_terminate_backend(pid) from pg_stat_activity where usename like $1', [
        'merzili_%',
      ]);
      const back = Date.now();
      while (untilWell(load, back) > RETURN_MS) {
        expect(Date.now() - back).toBeLessThan(RETURN_MS);
        await delay(20);
      }
    }
    await load.stop();
    // Reads that lost their connection are sent again; those that met one just being made may be refused.
    expect(refusals(load)).toBeLessThan(load.answers.length / 10);
  });

  it('the network swallows everything', async () => {
    cluster.proxy.blackHole();
    await delay(HOLE_MS);
    cluster.proxy.heal();
    const back = Date.now();
    await delay(RETURN_MS);
    await load.stop();
    expect(refusals(load)).toBeGreaterThan(0);
    expect(untilWell(load, back)).toBeLessThan(RETURN_MS);
    expect(slowest(load)).toBeLessThan(LONGEST_ANSWER_MS);
  });

  it('PostgreSQL is stopped for a while', async () => {
    cluster.signal('SIGSTOP');
    await delay(STOP_MS);
    cluster.signal('SIGCONT');
    const back = Date.now();
    await delay(RETURN_MS);
    await load.stop();
    expect(refusals(load)).toBeGreaterThan(0);
    expect(untilWell(load, back)).toBeLessThan(RETURN_MS);
    expect(slowest(load)).toBeLessThan(LONGEST_ANSWER_MS);
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
      expect(Date.now() - startedAt).toBeLessThan(LONGEST_ANSWER_MS);
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
});
