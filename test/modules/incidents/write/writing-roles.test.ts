import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIENCES, type Audience } from '../../../../src/domain/scopes.js';
import { type App, startApp } from '../../../support/app.js';
import { roleUrl } from '../../../support/roles.js';
import {
  ASSESS,
  aReport,
  at,
  type IncidentAnswer,
  people,
  RELEASE,
  REPORT,
  run,
  succeed,
} from '../../../support/writing.js';

/** What PostgreSQL itself holds the nations' roles to, whatever SQL they run. */
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

/** Runs statements as a nation's role in one transaction; answers 'done', 'nothing', or the SQLSTATE. */
async function as(audience: Audience, ...statements: [string, unknown[]?][]): Promise<string> {
  const client = clients.get(audience);
  if (!client) throw new Error(audience);
  try {
    await client.query('begin');
    let changed = 0;
    for (const [text, values] of statements) changed += (await client.query(text, values)).rowCount ?? 0;
    await client.query('commit');
    return changed > 0 ? 'done' : 'nothing';
  } catch (error) {
    await client.query('rollback');
    return error instanceof Error && 'code' in error ? String(error.code) : 'error';
  }
}

const DENIED = '42501';
const DISPROVED = '23514';
const keyOf = ({ id }: IncidentAnswer): string => id.slice('Incident:'.length);
const joint = (): Promise<IncidentAnswer> => succeed(who.turDuty, REPORT, aReport());
const touch = 'update incident set severity = severity where key = $1';

describe('the roles of nations', () => {
  it('change no row that they do not see', async () => {
    const hidden = keyOf(await succeed(who.turDuty, REPORT, aReport({ releaseTo: [] })));
    expect(await as('TUR', [touch, [hidden]])).toBe('done');
    for (const audience of ['RUS', 'AZE'] as const)
      expect(await as(audience, [touch, [hidden]])).toBe('nothing');
    expect(await as('PUBLIC', [touch, [hidden]])).toBe(DENIED);
  });

  it.each([
    'key',
    'reference',
    'originator',
    'import_key',
    'created_at',
    'updated_at',
    'reported_by',
    'district_key',
    'untranslated',
  ])('may not so much as name the column %s in an update', async (column) => {
    const key = keyOf(await joint());
    expect(await as('TUR', [`update incident set ${column} = ${column} where key = $1`, [key]])).toBe(DENIED);
  });

  it('report for themselves alone, unassessed, and to joint command at the most', async () => {
    const source = keyOf(await joint());
    const insert = (overrides: Record<string, string>): [string, unknown[]] => {
      const values: Record<string, string> = {
        key: `'${randomUUID()}'`,
        audience: '2',
        reference: `'RUS-2021-${String(Math.random()).slice(2, 9)}'`,
        version: '1',
        originator: "'RUS'",
        status: "'REPORTED'",
        written_by: "'x'",
        ...overrides,
      };
      const columns = Object.keys(values).join(', ');
      const copied =
        'category, severity, occurred_from, time_precision, title, killed, wounded, content_hash';
      return [
        `insert into incident (${columns}, ${copied}) select ${Object.values(values).join(', ')}, ${copied} from incident where key = $1`,
        [source],
      ];
    };
    // Without a revision the commit fails; the policy has let it pass.
    expect(await as('RUS', insert({}))).toBe(DISPROVED);
    expect(await as('RUS', insert({ audience: '3' }))).toBe(DISPROVED);
    const denied: Record<string, string>[] = [
      { originator: "'TUR'", audience: '3' },
      { audience: '6' },
      { audience: '10' },
      { version: '2' },
      { status: "'JOINTLY_CONFIRMED'" },
      { import_key: "'KB-0001'" },
      { reference: "'TUR-2021-000001'" },
    ];
    for (const overrides of denied) {
      expect(await as('RUS', insert(overrides)), JSON.stringify(overrides)).toBe(DENIED);
    }
    expect(await as('PUBLIC', insert({}))).toBe(DENIED);
  });

  it('cannot widen a record but by the rules', async () => {
    const key = keyOf(await joint());
    const widen = (mask: number): [string, unknown[]] => [
      'update incident set audience = $2 where key = $1',
      [key, mask],
    ];
    for (const mask of [7, 11, 15, 1, 2]) expect(await as('RUS', widen(mask)), String(mask)).toBe(DENIED);
    for (const mask of [7, 11, 1]) expect(await as('TUR', widen(mask)), String(mask)).toBe(DENIED);
    const own = keyOf(await succeed(who.azeDuty, REPORT, aReport({ releaseTo: ['RUS'] })));
    for (const audience of ['AZE', 'RUS'] as const) {
      expect(await as(audience, ['update incident set audience = 7 where key = $1', [own]])).toBe(DENIED);
    }
  });

  it('cannot consent for each other, and release with both consents alone', async () => {
    const incident = await joint();
    const key = keyOf(incident);
    const consent = (nation: string, version = 1, target = 'AZE'): [string, unknown[]] => [
      "insert into release_consent (incident_key, version, target, nation, audience, consented_by) values ($1, $2, $3, $4, 3, 'x')",
      [key, version, target, nation],
    ];
    const widen: [string, unknown[]] = ['update incident set audience = 7 where key = $1', [key]];
    expect(await as('RUS', consent('TUR'))).toBe(DENIED);
    expect(await as('RUS', consent('RUS', 2))).toBe(DENIED);
    expect(await as('RUS', consent('RUS', 1, 'TUR'))).toBe(DENIED);
    expect(await as('RUS', consent('RUS'), widen)).toBe(DENIED);
    expect(await as('RUS', consent('RUS'))).toBe('done');
    expect(await as('AZE', consent('AZE'))).toBe(DENIED);
    expect(await as('RUS', ['delete from release_consent where incident_key = $1', [key]])).toBe(DENIED);
    await run(who.turHead, RELEASE, { ...at(incident), audience: 'AZE' });
    expect(await app.sql('select audience from incident where key = $1', [key])).toEqual([{ audience: 7 }]);
  });

  it('cannot make a status that both have not reached', async () => {
    const incident = await joint();
    const key = keyOf(incident);
    const set = (status: string): [string, unknown[]] => [
      'update incident set status = $2 where key = $1',
      [key, status],
    ];
    for (const status of ['JOINTLY_CONFIRMED', 'AWAITING_COUNTERSIGN', 'DISPUTED', 'NONSENSE']) {
      expect(await as('RUS', set(status)), status).toBe(DISPROVED);
    }
    expect(await as('RUS', set('RETRACTED'))).toBe(DENIED);
    await succeed(who.rusHead, ASSESS, { ...at(incident), verdict: 'CONFIRMED' });
    expect(await as('RUS', set('JOINTLY_CONFIRMED'))).toBe(DISPROVED);
    const assessment = (nation: string): [string, unknown[]] => [
      `insert into assessment (key, incident_key, audience, nation, verdict, version, content_hash, assessed_by)
       select $2, key, audience, $3, 'CONFIRMED', version, content_hash, 'x' from incident where key = $1`,
      [key, randomUUID(), nation],
    ];
    expect(await as('RUS', assessment('TUR'), set('JOINTLY_CONFIRMED'))).toBe(DENIED);
    expect(await as('AZE', assessment('AZE'))).toBe(DENIED);
    // An assessment without the status it makes is not committed either.
    expect(await as('TUR', assessment('TUR'))).toBe(DISPROVED);
    expect(await as('TUR', assessment('TUR'), set('JOINTLY_CONFIRMED'))).toBe('done');
    expect(await as('TUR', ['update assessment set verdict = verdict'])).toBe(DENIED);
    expect(await as('TUR', ['delete from assessment'])).toBe(DENIED);
  });

  it('not even with temporary tables in the way, were they allowed', async () => {
    const key = keyOf(await joint());
    const database = new URL(app.database.url).pathname.slice(1);
    await app.sql(`grant temporary on database "${database}" to merzili_rus`);
    expect(
      await as(
        'RUS',
        ['create temporary table assessment on commit drop as select * from public.assessment'],
        [
          `insert into pg_temp.assessment select gen_random_uuid(), key, audience, nation, 'CONFIRMED', version, content_hash, null, 'x', now()
           from incident, (values ('TUR'), ('RUS')) n (nation) where key = $1`,
          [key],
        ],
        ["update incident set status = 'JOINTLY_CONFIRMED' where key = $1", [key]],
      ),
    ).toBe(DISPROVED);
  });

  it('cannot change the content of a version in any table', async () => {
    const incident = await succeed(
      who.turDuty,
      REPORT,
      aReport({
        claims: [{ claimant: 'AZE', sourceType: 'OTHER' }],
        casualties: [{ group: 'UNKNOWN', killed: 1 }],
        provisions: ['memorandum-2020/1'],
      }),
    );
    await succeed(who.turHead, ASSESS, { ...at(incident), verdict: 'CONFIRMED' });
    await succeed(who.rusHead, ASSESS, { ...at(incident), verdict: 'CONFIRMED' });
    const key = keyOf(incident);
    const change = (what: string): [string, unknown[]] => [
      `update incident set ${what} where key = $1`,
      [key],
    ];
    expect(await as('TUR', change("severity = 'LOW'"))).toBe(DISPROVED);
    expect(await as('TUR', change('killed = 5'))).toBe(DISPROVED);
    expect(await as('TUR', change(`title = jsonb_set(title, '{texts,TR,text}', '"x"')`))).toBe(DENIED);
    expect(await as('TUR', change("content_hash = repeat('0', 64)"))).toBe(DENIED);
    expect(await as('TUR', change('version = 2'))).toBe(DISPROVED);
    expect(await as('TUR', change('version = 3'))).toBe(DENIED);
    for (const table of ['claim', 'casualties', 'incident_provision']) {
      expect(await as('TUR', [`select remove_incident_parts('${table}', $1)`, [key]]), table).toBe(DISPROVED);
      const removal = `select from generate_series(1, remove_incident_parts('${table}', $1))`;
      expect(await as('RUS', [removal, [key]]), table).toBe('nothing');
      expect(await as('TUR', [`delete from ${table}`]), table).toBe(DENIED);
      expect(await as('TUR', [`update ${table} set ordinal = ordinal`]), table).toBe(DENIED);
    }
    expect(
      await as(
        'TUR',
        ['set constraints all immediate'],
        ["select remove_incident_parts('claim', $1)", [key]],
      ),
    ).toBe(DISPROVED);
    expect(
      await as('RUS', [
        "insert into claim (incident_key, audience, ordinal, claimant_key, source_type) values ($1, 3, 9, 1, 'OTHER')",
        [key],
      ]),
    ).toBe(DENIED);
    expect(await as('TUR', ["update revision set content = '{}' where incident_key = $1", [key]])).toBe(
      DENIED,
    );
    for (const what of [
      "severity = 'LOW'",
      'place_key = 1',
      "written_by = 'x'",
      "retraction = '{}'",
      `title = jsonb_set(title, '{texts,TR,text}', '"x"')`,
    ]) {
      expect(await as('RUS', change(what)), what).toBe(DENIED);
    }
    expect(await app.sql('select status from incident where key = $1', [key])).toEqual([
      { status: 'JOINTLY_CONFIRMED' },
    ]);
  });

  it('cannot claim that a version was another nation’s, nor write events', async () => {
    const hidden = await succeed(who.turDuty, REPORT, aReport({ releaseTo: [] }));
    const seen = keyOf(await joint());
    const event = (key: string, audience: number): [string, unknown[]] => [
      "insert into incident_event (key, incident_key, audience, kind, at, version) values (gen_random_uuid(), $1, $2, 'AMENDED', now(), 1)",
      [key, audience],
    ];
    expect(await as('RUS', event(seen, 3))).toBe(DENIED);
    expect(await as('RUS', event(keyOf(hidden), 3))).toBe(DENIED);
    expect(await as('PUBLIC', event(seen, 8))).toBe(DENIED);
    expect(
      await as('RUS', [
        `insert into revision (incident_key, audience, version, changed_by, changes, content_hash, content)
         select incident_key, audience, 2, 'TUR', '{}', content_hash, content from revision where incident_key = $1`,
        [seen],
      ]),
    ).toBe(DENIED);
  });

  it('keep their keys and revocations to themselves', async () => {
    await joint();
    for (const table of ['idempotency', 'revoked_token']) {
      expect(await as('RUS', [`select * from ${table} where nation = 'TUR'`]), table).toBe('nothing');
      expect(await as('PUBLIC', [`select * from ${table}`]), table).toBe(DENIED);
      expect(await as('TUR', [`delete from ${table}`]), table).toBe(DENIED);
      expect(await as('TUR', [`update ${table} set nation = 'RUS'`]), table).toBe(DENIED);
    }
    expect(
      await as('RUS', ["insert into revoked_token (nation, token_id, revoked_by) values ('TUR', 'j', 'x')"]),
    ).toBe(DENIED);
    expect(await as('TUR', ['select * from idempotency'])).toBe('done');
  });

  it('assess provisions for themselves alone, and the host nation does not', async () => {
    const insert = (nation: string): [string, unknown[]] => [
      "insert into provision_assessment (key, provision_key, nation, status, assessed_by) values (gen_random_uuid(), 1, $1, 'FULL', 'x')",
      [nation],
    ];
    expect(await as('RUS', insert('TUR'))).toBe(DENIED);
    expect(await as('AZE', insert('AZE'))).toBe(DENIED);
    expect(await as('RUS', insert('RUS'))).toBe('done');
    expect(await as('RUS', ['delete from provision_assessment'])).toBe(DENIED);
  });

  it('do nothing more to a retracted record', async () => {
    const key = keyOf(await joint());
    const retract: [string, unknown[]] = [
      "update incident set status = 'RETRACTED', retraction = '{}' where key = $1",
      [key],
    ];
    expect(await as('TUR', ["update incident set status = 'RETRACTED' where key = $1", [key]])).toBe(DENIED);
    expect(await as('TUR', retract)).toBe('done');
    expect(await as('TUR', [touch, [key]])).toBe(DENIED);
    expect(
      await as('TUR', ["update incident set status = 'REPORTED', retraction = null where key = $1", [key]]),
    ).toBe(DENIED);
  });
});

describe('the owner', () => {
  it('cannot commit a status without its assessments, nor content without its revision', async () => {
    const key = keyOf(await joint());
    await expect(
      app.sql("update incident set status = 'JOINTLY_CONFIRMED' where key = $1", [key]),
    ).rejects.toThrow('status');
    await expect(app.sql("update incident set severity = 'LOW' where key = $1", [key])).rejects.toThrow(
      'revision',
    );
  });
});
