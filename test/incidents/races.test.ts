import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, type Caller, startApp } from '../support/app.js';
import {
  AMEND,
  ASSESS,
  aReport,
  at,
  type IncidentAnswer,
  people,
  RELEASE,
  REPORT,
  type Result,
  run,
  succeed,
  TRANSLATE,
} from './writing.js';

/** Two servers on one database: what they do at the same instant has exactly one outcome. */
const ROUNDS = 50;

let app: App;
let second: App;
let here: ReturnType<typeof people>;
let there: ReturnType<typeof people>;

beforeAll(async () => {
  app = await startApp();
  second = await startApp({ database: app.database });
  here = people(app);
  there = people(second);
});
afterAll(async () => {
  await second?.stop();
  await app?.stop();
});

const codesOf = ({ userErrors }: Result): string[] => userErrors.map(({ code }) => code);

async function look(id: string): Promise<IncidentAnswer> {
  const { data } = await here.turDuty.query(
    'query ($id: ID!) { node(id: $id) { ... on Incident { id version status releasedTo assessments { nation verdict version contentHash } revisions { version contentHash } } } }',
    { id },
  );
  return data.node;
}

/** A joint status is only ever that of both nations' verdicts over the content that stands. */
function expectTwoKeys({ status, version, assessments, revisions }: IncidentAnswer): void {
  const hash = revisions.find((revision) => revision.version === version)?.contentHash;
  expect(hash).toBeDefined();
  const standing = assessments.filter((assessment) => assessment.version === version);
  for (const { contentHash } of standing) expect(contentHash).toBe(hash);
  const nations = new Set(standing.map(({ nation }) => nation)).size;
  expect(status).toBe(['REPORTED', 'AWAITING_COUNTERSIGN', 'JOINTLY_CONFIRMED'][nations]);
}

async function rounds(round: (index: number) => Promise<void>): Promise<void> {
  for (let index = 0; index < ROUNDS; index += 1) await round(index);
}

/** Starts both at once, now the one first and now the other. */
async function race(
  index: number,
  one: () => Promise<Result>,
  other: () => Promise<Result>,
): Promise<[Result, Result]> {
  if (index % 2 === 0) return Promise.all([one(), other()]);
  const [b, a] = await Promise.all([other(), one()]);
  return [a, b];
}

const confirm = (caller: Caller, incident: IncidentAnswer) => () =>
  run(caller, ASSESS, { ...at(incident), verdict: 'CONFIRMED' });

describe(`${ROUNDS} rounds each, from two servers`, () => {
  it('assess and assess: both keys turn, and the record is confirmed', async () => {
    await rounds(async (index) => {
      const incident = await succeed(here.turDuty, REPORT, aReport());
      const [tur, rus] = await race(index, confirm(here.turHead, incident), confirm(there.rusHead, incident));
      expect([codesOf(tur), codesOf(rus)]).toEqual([[], []]);
      const after = await look(incident.id);
      expect(after.status).toBe('JOINTLY_CONFIRMED');
      expect(after.assessments.length).toBe(2);
      expectTwoKeys(after);
    });
  }, 60_000);

  it('one nation twice: the same verdict is recorded once', async () => {
    await rounds(async (index) => {
      const incident = await succeed(here.turDuty, REPORT, aReport());
      const both = await race(index, confirm(here.turHead, incident), confirm(there.turHead, incident));
      expect(both.flatMap(codesOf)).toEqual(['ALREADY_DONE']);
      expectTwoKeys(await look(incident.id));
    });
  }, 60_000);

  it.each(['amend', 'translate'])(
    'assess and %s: never confirmed over content one side did not see',
    async (change) => {
      await rounds(async (index) => {
        const incident = await succeed(here.turDuty, REPORT, aReport());
        await run(here.turHead, ASSESS, { ...at(incident), verdict: 'CONFIRMED' });
        const changing = () =>
          change === 'amend'
            ? run(there.turDuty, AMEND, { ...at(incident), severity: 'CRITICAL' })
            : run(there.rusDuty, TRANSLATE, { ...at(incident), title: { locale: 'RU', text: 'Огонь' } });
        const [assessed, changed] = await race(index, confirm(here.rusHead, incident), changing);
        expect(codesOf(changed)).toEqual([]);
        const after = await look(incident.id);
        expect(after).toMatchObject({ version: 2, status: 'REPORTED' });
        expectTwoKeys(after);
        // Before the change it was the second key; after it, it names a version that stands no more.
        expect(assessed.incident?.status ?? codesOf(assessed)[0]).toBeOneOf([
          'JOINTLY_CONFIRMED',
          'REPORTED',
          'STALE_VERSION',
        ]);
        expect(after.assessments.length).toBe(assessed.incident ? 2 : 1);
      });
    },
    60_000,
  );

  it('amend and amend: one wins, the other is told of its stale version', async () => {
    await rounds(async (index) => {
      const incident = await succeed(here.turDuty, REPORT, aReport());
      const both = await race(
        index,
        () => run(here.turDuty, AMEND, { ...at(incident), severity: 'LOW' }),
        () => run(there.turHead, AMEND, { ...at(incident), severity: 'HIGH' }),
      );
      expect(both.flatMap(codesOf)).toEqual(['STALE_VERSION']);
      expect(await look(incident.id)).toMatchObject({
        version: 2,
        revisions: [{ version: 1 }, { version: 2 }],
      });
    });
  }, 60_000);

  it('release and release: exactly one consent makes it effective', async () => {
    await rounds(async (index) => {
      const incident = await succeed(here.turDuty, REPORT, aReport());
      const release = (caller: Caller) => () => run(caller, RELEASE, { ...at(incident), audience: 'PUBLIC' });
      const both = await race(index, release(here.turHead), release(there.rusHead));
      expect(both.map(({ isEffective }) => isEffective).sort()).toEqual([false, true]);
      expect(both.flatMap(codesOf)).toEqual([]);
      expect((await look(incident.id)).releasedTo).toEqual(['RUS', 'PUBLIC']);
      const events = await app.sql(
        "select audience from incident_event where kind = 'RELEASED' and incident_key = $1",
        [incident.id.slice('Incident:'.length)],
      );
      expect(events).toEqual([{ audience: 11 }]);
    });
  }, 60_000);
});
