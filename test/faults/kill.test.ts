import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type DemoIssuer, openDemoIssuers } from '../../src/auth/demo-issuers.js';
import { mintToken } from '../../src/auth/mint.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { rounds } from '../support/rounds.js';
import { type SpawnedServer, spawnServer } from '../support/spawned.js';
import { AMEND, ASSESS, aReport, REPORT, type Result } from '../support/writing.js';

/** How often the server is killed in the middle of writing. */
const KILLS = rounds(2, 25);
const WRITERS = 6;

let database: TestDatabase;
let dataDir: string;
let issuers: readonly DemoIssuer[];
let owner: Client;

beforeAll(async () => {
  database = await createDatabase(inject('ownerUrl'), { template: inject('template') });
  dataDir = await mkdtemp(join(tmpdir(), 'merzili-kill-'));
  issuers = (await openDemoIssuers(dataDir)).issuers;
  owner = new Client({ connectionString: database.url });
  await owner.connect();
});
afterAll(async () => {
  await owner?.end();
  await rm(dataDir, { recursive: true, force: true });
  await database?.drop();
});

const start = (): Promise<SpawnedServer> =>
  spawnServer({
    DATABASE_URL: database.url,
    MERZILI_DATABASE_SECRET: inject('secret'),
    MERZILI_DATA_DIR: dataDir,
  });

function tokenOf(nation: 'TUR' | 'RUS', role: 'DUTY_OFFICER' | 'CONTINGENT_HEAD'): string {
  const issuer = issuers.find((candidate) => candidate.nation === nation);
  if (!issuer) throw new Error(`No issuer of ${nation}`);
  return mintToken({ ...issuer, role, subject: role.toLowerCase() });
}

/** What a client was told, and what it has to ask again because it was told nothing. */
interface Ledger {
  /** Incidents by the key they were reported under. */
  readonly reported: Map<string, string>;
  /** Versions that were acknowledged, by incident. */
  readonly versions: Map<string, number>;
  /** Acknowledged assessments: incident, version and nation. */
  readonly assessed: Set<string>;
  /** Reports without an answer. */
  readonly unanswered: Map<string, Record<string, unknown>>;
}

/** A client that writes until its server is gone. */
async function write(url: string, ledger: Ledger): Promise<void> {
  const ask = async (token: string, query: string, input: object): Promise<Result> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: { input } }),
    });
    const { data, errors } = JSON.parse(await response.text());
    if (!data?.result?.incident) throw new Error(JSON.stringify(errors ?? data));
    return data.result;
  };
  const [duty, turHead, rusHead] = [
    tokenOf('TUR', 'DUTY_OFFICER'),
    tokenOf('TUR', 'CONTINGENT_HEAD'),
    tokenOf('RUS', 'CONTINGENT_HEAD'),
  ];
  try {
    for (const [key, report] of [...ledger.unanswered]) {
      const { incident } = await ask(duty, REPORT, report);
      ledger.reported.set(key, incident?.id ?? '');
      ledger.unanswered.delete(key);
    }
    for (;;) {
      const key = randomUUID();
      const report = aReport({ idempotencyKey: key, casualties: [{ group: 'UNKNOWN', killed: 1 }] });
      ledger.unanswered.set(key, report);
      const { incident } = await ask(duty, REPORT, report);
      const id = incident?.id ?? '';
      ledger.reported.set(key, id);
      ledger.unanswered.delete(key);
      await ask(duty, AMEND, { id, version: 1, casualties: [{ group: 'MILITARY', killed: 2 }] });
      ledger.versions.set(id, 2);
      for (const [nation, token] of [
        ['TUR', turHead],
        ['RUS', rusHead],
      ] as const) {
        await ask(token, ASSESS, { id, version: 2, verdict: 'CONFIRMED' });
        ledger.assessed.add(`${id} 2 ${nation}`);
      }
    }
  } catch (error) {
    // A killed server is what ends a writer; an answer that refuses would be an error of its own.
    if (error instanceof Error && error.message.startsWith('{')) throw error;
  }
}

const rows = async (text: string): Promise<Record<string, unknown>[]> => (await owner.query(text)).rows;

/** Nothing is half: every row has what belongs to it, and nothing is without its row. */
const HALVES = {
  'versions without a revision':
    'select key from incident where version <> (select count(*) from revision where incident_key = key)',
  'content other than its revision': `select key from incident join revision on incident_key = key and revision.version = incident.version
     where content::jsonb <> recorded_content(key) or revision.content_hash <> incident.content_hash`,
  'statuses other than the assessments':
    'select key from incident where status <> assessed_status(key, version, content_hash)',
  'reports without their event, or with two': `select key from incident where import_key is null
     and 1 <> (select count(*) from incident_event e where e.incident_key = incident.key and kind = 'REPORTED')`,
  'changes without their event, or with two': `select key from incident where import_key is null
     and version - 1 <> (select count(*) from incident_event e where e.incident_key = incident.key and kind = 'AMENDED')`,
  'assessments without their event, or with two': `select key from incident
     where (select count(*) from assessment a where a.incident_key = incident.key)
        <> (select count(*) from incident_event e where e.incident_key = incident.key and kind = 'ASSESSED')`,
  'keys without a report, or two for one': `select incident_key from idempotency group by incident_key having count(*) > 1
     union all select key from incident where import_key is null and key not in (select incident_key from idempotency)`,
  'numbers other than the aggregates': `select single from unnest(array[1, 2, 4, 8]) single
     where (select (coalesce(sum(incidents), 0), coalesce(sum(killed), 0)) from incident_aggregate where dimension_set in ('total', 'change') and audience & single <> 0)
        <> (select (count(*), coalesce(sum(killed), 0)) from incident where audience & single <> 0)`,
};

it(
  `kill -9 at ${KILLS} random points: every acknowledged write is there once, and none is half`,
  async () => {
    const ledger: Ledger = {
      reported: new Map(),
      versions: new Map(),
      assessed: new Set(),
      unanswered: new Map(),
    };
    for (let kill = 0; kill < KILLS; kill += 1) {
      const server = await start();
      const writing = Array.from({ length: WRITERS }, () => write(server.url, ledger));
      const before = ledger.reported.size;
      await expect.poll(() => ledger.reported.size, { timeout: 10_000, interval: 5 }).toBeGreaterThan(before);
      await delay(Math.random() * 500);
      server.child.kill('SIGKILL');
      await server.ended;
      await Promise.all(writing);
    }
    const unanswered = [...ledger.unanswered.keys()];
    // One more, which is not killed: reports without an answer are asked for again.
    const server = await start();
    const writing = write(server.url, ledger);
    await expect
      .poll(() => unanswered.filter((key) => ledger.unanswered.has(key)), { timeout: 10_000 })
      .toEqual([]);
    server.child.kill('SIGKILL');
    await server.ended;
    await writing;

    for (const [what, query] of Object.entries(HALVES)) expect(await rows(query), what).toEqual([]);
    expect(ledger.reported.size).toBeGreaterThan(KILLS);
    const recorded = new Map(
      (
        await rows(
          'select idempotency.key, incident_key, version from idempotency join incident on incident.key = incident_key',
        )
      ).map((row) => [row.key, row]),
    );
    for (const [key, id] of ledger.reported) {
      expect(`Incident:${recorded.get(key)?.incident_key}`).toBe(id);
      expect(recorded.get(key)?.version).toBeGreaterThanOrEqual(ledger.versions.get(id) ?? 1);
    }
    const assessments = await rows(
      'select incident_key, version, nation, count(*)::int as n from assessment group by 1, 2, 3',
    );
    expect(assessments.filter(({ n }) => n !== 1)).toEqual([]);
    const remaining = new Set(
      assessments.map((row) => `Incident:${row.incident_key} ${row.version} ${row.nation}`),
    );
    for (const assessment of ledger.assessed) expect(remaining).toContain(assessment);
  },
  30_000 + KILLS * 15_000,
);
