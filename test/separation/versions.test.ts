import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { AUDIENCES, type Audience } from '../../src/domain/scopes.js';
import { type App, type Caller, startApp } from '../support/app.js';
import { roleUrl } from '../support/roles.js';
import {
  AMEND,
  ASSESS,
  aReport,
  at,
  type IncidentAnswer,
  people,
  RELEASE,
  REPORT,
  RETRACT,
  run,
  succeed,
  TRANSLATE,
} from '../support/writing.js';

/** Versions from before the first release to an audience are hidden from it, in the API and in plain SQL. */
let app: App;
let who: ReturnType<typeof people>;
const clients = new Map<Audience, Client>();

beforeAll(async () => {
  app = await startApp();
  who = people(app);
  for (const audience of AUDIENCES) {
    const client = new Client({ connectionString: roleUrl(app.database.url, audience) });
    await client.connect();
    clients.set(audience, client);
  }
});
afterAll(async () => {
  for (const client of clients.values()) await client.end();
  await app?.stop();
});

const remark = (text: string): object => ({ locale: 'TR', text });

async function release(incident: IncidentAnswer, audience: Audience): Promise<void> {
  for (const head of [who.turHead, who.rusHead]) await run(head, RELEASE, { ...at(incident), audience });
}

/**
 * Version 1, alone: assessed by TUR. Version 2, joint: assessed by both. Version 3: assessed by TUR, released to AZE, then
 * assessed by RUS. Version 4: assessed by TUR, released to PUBLIC. Version 5: assessed by RUS.
 */
async function history(): Promise<IncidentAnswer> {
  const first = await succeed(who.turDuty, REPORT, aReport({ releaseTo: [] }));
  await succeed(who.turHead, ASSESS, { ...at(first), verdict: 'CONFIRMED', remark: remark('bir') });
  const second = await succeed(who.turDuty, AMEND, { ...at(first), title: remark('Eski başlık') });
  await run(who.turHead, RELEASE, { ...at(second), audience: 'RUS' });
  await succeed(who.turHead, ASSESS, { ...at(second), verdict: 'CONFIRMED', remark: remark('iki') });
  await succeed(who.rusHead, ASSESS, { ...at(second), verdict: 'REFUTED', remark: remark('iki R') });
  const third = await succeed(who.turDuty, AMEND, { ...at(second), severity: 'LOW' });
  await succeed(who.turHead, ASSESS, { ...at(third), verdict: 'CONFIRMED', remark: remark('üç') });
  await release(third, 'AZE');
  await succeed(who.rusHead, ASSESS, { ...at(third), verdict: 'CONFIRMED', remark: remark('üç R') });
  const fourth = await succeed(who.turDuty, AMEND, { ...at(third), severity: 'HIGH' });
  await succeed(who.turHead, ASSESS, { ...at(fourth), verdict: 'CONFIRMED', remark: remark('dört') });
  await release(fourth, 'PUBLIC');
  const fifth = await succeed(who.azeDuty, TRANSLATE, {
    ...at(fourth),
    title: { locale: 'AZ', text: 'Yeni başlıq' },
  });
  await succeed(who.rusHead, ASSESS, { ...at(fifth), verdict: 'REFUTED', remark: remark('beş R') });
  return fifth;
}

let incident: IncidentAnswer;
beforeAll(async () => {
  incident = await history();
});

const FIRST: Readonly<Record<Audience, number>> = { TUR: 1, RUS: 2, AZE: 3, PUBLIC: 4 };
const ASSESSED = [
  [1, 'bir'],
  [2, 'iki'],
  [2, 'iki R'],
  [3, 'üç'],
  [3, 'üç R'],
  [4, 'dört'],
  [5, 'beş R'],
] as const;

const READ = `query ($id: ID!) { node(id: $id) { ... on Incident {
  version status assessments { version contentHash remark { text } } revisions { version changes contentHash } } } }`;

describe.each(AUDIENCES)('%s', (audience) => {
  const callers = (): Caller =>
    audience === 'PUBLIC' ? app.as(null, 'PUBLIC') : app.as(audience, 'CONTINGENT_HEAD');
  const from = FIRST[audience];
  const versions = [1, 2, 3, 4, 5].filter((version) => version >= from);
  const assessed = ASSESSED.filter(([version]) => version >= from);

  it('reads by the API the versions since its first, and their verdicts alone', async () => {
    const { data } = await callers().query(READ, {
      id: incident.id,
    });
    const node = data.node as {
      version: number;
      assessments: { version: number; contentHash: string; remark: { text: string } }[];
      revisions: { version: number; changes: string[]; contentHash: string }[];
    };
    expect(node.revisions.map(({ version }) => version)).toEqual(versions);
    expect(node.revisions[0]?.changes).toEqual([]);
    expect(node.revisions.slice(1).every(({ changes }) => changes.length > 0)).toBe(true);
    expect(node.assessments.map(({ version, remark: { text } }) => [version, text]).reverse()).toEqual(
      assessed,
    );
    for (const { version, contentHash } of node.assessments) {
      expect(contentHash).toBe(node.revisions.find((revision) => revision.version === version)?.contentHash);
    }
  });

  it('reads by plain SQL the same', async () => {
    const key = incident.id.slice('Incident:'.length);
    const ask = async (sql: string): Promise<unknown[]> =>
      (await clients.get(audience)?.query<{ version: number }>(sql, [key]))?.rows.map(
        ({ version }) => version,
      ) ?? [];
    expect(await ask('select version from revision where incident_key = $1 order by version')).toEqual(
      versions,
    );
    expect(await ask('select version from assessment where incident_key = $1 order by assessed_at')).toEqual(
      assessed.map(([version]) => version),
    );
    const events = await ask('select version from incident_event where incident_key = $1 order by version');
    expect(events.every((version) => Number(version) >= from)).toBe(true);
    if (audience !== 'PUBLIC') {
      const contents = await clients
        .get(audience)
        ?.query<{ content: string }>('select content from revision');
      const old = contents?.rows.some(({ content }) => content.includes('Eski başlık'));
      // The title of versions 2 to 5.
      expect(old).toBe(true);
    }
  });
});

it('shows nobody a text that was amended away before its first release', async () => {
  const own = await succeed(
    who.turDuty,
    REPORT,
    aReport({ title: remark('Silinecek sözler'), releaseTo: [] }),
  );
  const next = await succeed(who.turDuty, AMEND, { ...at(own), title: remark('Kalan sözler') });
  await run(who.turHead, RELEASE, { ...at(next), audience: 'RUS' });
  await release(next, 'AZE');
  for (const audience of ['RUS', 'AZE'] as const) {
    const found = await clients
      .get(audience)
      ?.query("select 1 from revision where content like '%Silinecek%'");
    expect(found?.rowCount, audience).toBe(0);
  }
});

it('keeps what was seen, when a record is released further or retracted', async () => {
  const own = await succeed(who.azeDuty, REPORT, aReport({ releaseTo: ['RUS'] }));
  const next = await succeed(who.azeDuty, AMEND, { ...at(own), severity: 'LOW' });
  await succeed(who.azeDuty, RETRACT, { ...at(next), reason: remark('Yanlış') });
  const key = own.id.slice('Incident:'.length);
  const { rows } =
    (await clients.get('RUS')?.query('select version from revision where incident_key = $1', [key])) ?? {};
  expect(rows).toHaveLength(2);
  expect(
    (await clients.get('TUR')?.query('select version from revision where incident_key = $1', [key]))
      ?.rowCount,
  ).toBe(0);
});

it('an audience of a version never exceeds that of its record', async () => {
  const stray = await app.sql(
    `select 1 from incident join (select incident_key, audience from revision union all select incident_key, audience from assessment) part
       on incident_key = key where part.audience & ~incident.audience <> 0 or part.audience & audience_bit(originator) = 0`,
  );
  expect(stray).toEqual([]);
});
