import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../support/app.js';
import { connectAs } from '../support/connect-as.js';
import { aReport, REPORT } from '../support/writing.js';

const BUDGET = 200;
/** Quick statements are free: on a busy machine their time would exceed so small a budget. */
const cost = { ceiling: 150, budget: BUDGET, restoreRate: 50, freeMs: 60_000 };
/** Half a second of statements. */
const LARGE = { ceiling: 50_000, budget: 500_000, restoreRate: 1_000 };
/** Costs 21: a page of 20. */
const PAGE = '{ incidents { nodes { reference } } }';

let one: App;
let other: App;

beforeAll(async () => {
  one = await startApp({ config: { cost } });
  other = await startApp({ config: { cost }, database: one.database });
});
afterAll(async () => {
  await other.stop();
  await one.stop();
});

describe('a budget', () => {
  it('is used up, and says when to come back', async () => {
    const officer = one.as('TUR', 'LIAISON_OFFICER', { subject: 'greedy' });
    const startedAt = Date.now();
    let used = 0;
    for (;;) {
      const { status, headers, errors, text } = await officer.query(PAGE);
      if (status === 429) {
        const seconds = Number(headers.get('retry-after'));
        expect(seconds).toBeGreaterThanOrEqual(1);
        expect(errors[0]?.extensions).toEqual({ code: 'RATE_LIMITED', retryAfter: seconds, retryable: true });
        break;
      }
      expect(status).toBe(200);
      const report = JSON.parse(text).extensions.cost;
      used += report.actual;
      expect(report).toMatchObject({ requested: 21, restoreRate: 50 });
      expect(used).toBeLessThan(10 * BUDGET);
    }
    expect(used).toBeLessThanOrEqual(BUDGET + (50 * (Date.now() - startedAt)) / 1000);
    expect(used).toBeGreaterThan(BUDGET - 42);
    const neighbour = one.as('TUR', 'LIAISON_OFFICER', { subject: 'modest' });
    expect((await neighbour.query(PAGE)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect((await officer.query(PAGE)).status).toBe(200);
  });

  it('is one for all processes', async () => {
    const startedAt = Date.now();
    const callers = [one, other].map((app) => app.as('RUS', 'LIAISON_OFFICER', { subject: 'everywhere' }));
    let used = 0;
    let refused = 0;
    await Promise.all(
      callers.map(async (caller) => {
        for (let round = 0; round < 30; round += 1) {
          const { status, text } = await caller.query(PAGE);
          if (status === 200) used += JSON.parse(text).extensions.cost.actual;
          else refused += 1;
        }
      }),
    );
    expect(refused).toBeGreaterThan(20);
    expect(used).toBeLessThanOrEqual(BUDGET + (50 * (Date.now() - startedAt)) / 1000);
  });

  it('is refused where even a full one would not do', async () => {
    const { status, errors } = await one
      .as('AZE', 'LIAISON_OFFICER')
      .query('{ a: incidents(first: 100) { nodes { id } } b: incidents(first: 100) { nodes { id } } }');
    expect([status, errors[0]?.extensions.limit]).toEqual([400, 'cost']);
  });

  it('is charged for heavy statements, even into debt, and no answer reveals how long they ran', async () => {
    const identity = { subject: 'heavy' };
    const officer = one.as('TUR', 'DUTY_OFFICER', identity);
    const { status, text } = await officer.query(
      '{ incidents(first: 1, filter: { search: "mayın" }) { nodes { reference } } }',
    );
    const { requested, actual, available } = JSON.parse(text).extensions.cost;
    expect([status, requested, actual]).toEqual([200, 2, 2]);
    expect(available).toBeGreaterThanOrEqual(BUDGET - 2);
    await expect
      .poll(async () => (await other.as('TUR', 'DUTY_OFFICER', identity).query(PAGE)).status)
      .toBe(429);
    for (const app of [one, other]) {
      const refused = await app.as('TUR', 'DUTY_OFFICER', identity).query(PAGE);
      expect([refused.status, refused.errors[0]?.extensions.code]).toEqual([429, 'RATE_LIMITED']);
      expect(refused.errors[0]?.extensions.retryAfter).toBeGreaterThan(0);
    }
  });

  it.each([
    ['quick read', PAGE, {}, 'incident', 'access exclusive'],
    ['write', REPORT, { input: aReport() }, 'idempotency', 'access exclusive'],
  ])('is charged the time of a %s that fails', async (_kind, document, variables, table, mode) => {
    const charged = await startApp({ config: { cost: LARGE }, database: one.database });
    const locker = await connectAs(one.database.url);
    const officer = charged.as('RUS', 'DUTY_OFFICER', { subject: `fails at ${table}` });
    try {
      await locker.query(`begin; lock table ${table} in ${mode} mode`);
      expect((await officer.query(document, variables)).status).toBe(503);
      await locker.query('rollback');
      const { status, errors } = await officer.query(PAGE);
      expect([status, errors[0]?.extensions.code]).toEqual([429, 'RATE_LIMITED']);
      expect(errors[0]?.extensions.retryAfter).toBeGreaterThan(2_000);
    } finally {
      await locker.end();
      await charged.stop();
    }
  });

  it('holds on without the shared bucket', async () => {
    await one.sql('alter function reserve_cost rename to reserve_cost_gone');
    try {
      const officer = one.as('AZE', 'DUTY_OFFICER', { subject: 'alone' });
      const statuses: number[] = [];
      for (let round = 0; round < 15; round += 1) statuses.push((await officer.query(PAGE)).status);
      expect(statuses.slice(0, 8)).toEqual(Array(8).fill(200));
      expect(statuses).toContain(429);
    } finally {
      await one.sql('alter function reserve_cost_gone rename to reserve_cost');
    }
  });
});

it('the use of a subject is stored under a hash that nations cannot read', async () => {
  const rows = await one.sql<{ subject: Buffer }>('select subject from cost_budget');
  const [owner] = await one.sql<{ rolsuper: boolean }>(
    'select rolsuper from pg_roles where rolname = current_user',
  );
  // Row security holds for the owner, too; only a superuser looks past it, and finds hashes.
  if (!owner?.rolsuper) expect(rows).toEqual([]);
  for (const { subject } of rows) expect(subject.toString('latin1')).not.toMatch(/liaison|officer|centre/i);
  const [access] = await one.sql<{ granted: boolean }>(
    `select bool_or(has_table_privilege(role, 'cost_budget', 'select')) as granted
     from unnest(array['merzili_tur', 'merzili_rus', 'merzili_aze', 'merzili_public']) role`,
  );
  expect(access?.granted).toBe(false);
});
