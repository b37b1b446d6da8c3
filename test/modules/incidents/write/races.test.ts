import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openDemoIssuers } from '../../../../src/auth/demo-issuers.js';
import { type Caller, callerOf } from '../../../support/app.js';
import { createDatabase, type TestDatabase } from '../../../support/databases.js';
import { rounds } from '../../../support/rounds.js';
import { type SpawnedServer, spawnServer } from '../../../support/spawned.js';
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
} from '../../../support/writing.js';

/** Rounds of each race. */
const ROUNDS = rounds(20, 200);
/** Rounds under way at once, each on a record of its own. */
const AT_ONCE = 4;
const TIMEOUT_MS = 30_000 + ROUNDS * 500;

/** Two processes on one database: what they do at the same instant has exactly one outcome. */
let database: TestDatabase;
let dataDir: string;
let owner: Client;
let servers: readonly SpawnedServer[] = [];
let here: ReturnType<typeof people>;
let there: ReturnType<typeof people>;

beforeAll(async () => {
  database = await createDatabase(inject('ownerUrl'), { template: inject('template') });
  dataDir = await mkdtemp(join(tmpdir(), 'merzili-races-'));
  owner = new Client({ connectionString: database.url });
  await owner.connect();
  const { issuers } = await openDemoIssuers(dataDir);
  const environment = {
    DATABASE_URL: database.url,
    MERZILI_DATABASE_SECRET: inject('secret'),
    MERZILI_DATA_DIR: dataDir,
    MERZILI_LOG_LEVEL: 'silent',
  };
  servers = await Promise.all([spawnServer(environment), spawnServer(environment)]);
  const peopleAt = ({ url }: SpawnedServer) =>
    people({ as: (nation, role, identity = {}) => callerOf(url, issuers, nation, role, identity) });
  const [one, other] = servers;
  if (!one || !other) throw new Error('Two servers are needed');
  [here, there] = [peopleAt(one), peopleAt(other)];
});
afterAll(async () => {
  for (const { child, ended } of servers) {
    child.kill('SIGTERM');
    await ended;
  }
  await owner?.end();
  await rm(dataDir, { recursive: true, force: true });
  await database?.drop();
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

async function inRounds(round: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const sendRequests = async (): Promise<void> => {
    while (next < ROUNDS) {
      next += 1;
      await round(next);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sendRequests));
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

describe(`${ROUNDS} rounds each, from two processes`, () => {
  it(
    'assess and assess: both keys turn, and the record is confirmed',
    async () => {
      await inRounds(async (index) => {
        const incident = await succeed(here.turDuty, REPORT, aReport());
        const [tur, rus] = await race(
          index,
          confirm(here.turHead, incident),
          confirm(there.rusHead, incident),
        );
        expect([codesOf(tur), codesOf(rus)]).toEqual([[], []]);
        const after = await look(incident.id);
        expect(after.status).toBe('JOINTLY_CONFIRMED');
        expect(after.assessments.length).toBe(2);
        expectTwoKeys(after);
      });
    },
    TIMEOUT_MS,
  );

  it(
    'one nation twice: the same verdict is recorded once',
    async () => {
      await inRounds(async (index) => {
        const incident = await succeed(here.turDuty, REPORT, aReport());
        const both = await race(index, confirm(here.turHead, incident), confirm(there.turHead, incident));
        expect(both.flatMap(codesOf)).toEqual(['ALREADY_DONE']);
        expectTwoKeys(await look(incident.id));
      });
    },
    TIMEOUT_MS,
  );

  it.each(['amend', 'translate'])(
    'assess and %s: never confirmed over content one side did not see',
    async (change) => {
      await inRounds(async (index) => {
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
    TIMEOUT_MS,
  );

  it(
    'amend and amend: one wins, the other is told of its stale version',
    async () => {
      await inRounds(async (index) => {
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
    },
    TIMEOUT_MS,
  );

  it(
    'report and report with one key: one record, and both are told of it',
    async () => {
      await inRounds(async (index) => {
        const report = aReport();
        const both = await race(
          index,
          () => run(here.turDuty, REPORT, report),
          () => run(there.turDuty, REPORT, report),
        );
        expect(both.flatMap(codesOf)).toEqual([]);
        expect(new Set(both.map(({ incident }) => incident?.id)).size).toBe(1);
        expect(both[0].incident?.version).toBe(1);
      });
    },
    TIMEOUT_MS,
  );

  it(
    'release and release: exactly one consent makes it effective',
    async () => {
      await inRounds(async (index) => {
        const incident = await succeed(here.turDuty, REPORT, aReport());
        const release = (caller: Caller) => () =>
          run(caller, RELEASE, { ...at(incident), audience: 'PUBLIC' });
        const both = await race(index, release(here.turHead), release(there.rusHead));
        expect(both.map(({ isEffective }) => isEffective).sort()).toEqual([false, true]);
        expect(both.flatMap(codesOf)).toEqual([]);
        expect((await look(incident.id)).releasedTo).toEqual(['RUS', 'PUBLIC']);
        const { rows } = await owner.query(
          "select audience from incident_event where kind = 'RELEASED' and incident_key = $1",
          [incident.id.slice('Incident:'.length)],
        );
        expect(rows).toEqual([{ audience: 11 }]);
      });
    },
    TIMEOUT_MS,
  );
});
