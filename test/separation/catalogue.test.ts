import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIENCES } from '../../src/domain/scopes.js';
import { CATALOGUE_CHECKS } from './catalogue.checks.js';
import { openSqlWorld, type SqlWorld } from './plain-sql.js';

let world: SqlWorld;
beforeAll(async () => {
  world = await openSqlWorld();
});
afterAll(() => world?.stop());

describe('the catalogue', () => {
  it.each(CATALOGUE_CHECKS)('$name', ({ check }) => check(world));
});

describe('plain SQL', () => {
  const REFUSED: readonly (readonly [string, string])[] = [
    ['passwords', 'select rolpassword from pg_authid'],
    ['passwords in the old view', 'select passwd from pg_shadow'],
    ['row statistics of the planner', 'select * from pg_statistic'],
    ['numbers of rows', "select reltuples from pg_class where relname = 'incident'"],
    ['numbers of pages', "select relpages from pg_class where relname = 'incident'"],
    ['size of a table', "select pg_relation_size('incident')"],
    ['size of a table with its indexes', "select pg_total_relation_size('incident')"],
    ['size of the database', 'select pg_database_size(current_database())'],
    ['rows written', "select pg_stat_get_tuples_inserted('incident'::regclass)"],
    ['rows alive', "select n_live_tup from pg_stat_user_tables where relname = 'incident'"],
    ['scans of an index', 'select idx_scan from pg_stat_user_indexes'],
    ['blocks read', 'select * from pg_statio_user_tables'],
    [
      'transactions of the database',
      'select xact_commit from pg_stat_database where datname = current_database()',
    ],
    ['how far a sequence is', 'select last_value from incident_aggregate_key_seq'],
    ['the next of a sequence', "select nextval('incident_aggregate_key_seq')"],
    ['a temporary table', 'create temporary table place (key integer)'],
    ['a table', 'create table public.mine ()'],
    ['a function', "create function public.f() returns int language sql as 'select 1'"],
    ['a view', 'create view public.v as select 1'],
    ['a schema', 'create schema mine'],
    ['a role', 'create role mine'],
    ['another nation’s password', "alter role {other} password 'x'"],
    ['another nation’s settings', 'alter role {other} set row_security = off'],
    ['another nation’s role', 'set role {other}'],
    ['another nation’s session', 'set session authorization {other}'],
    ['the owner’s role', 'set role merzili_owner'],
    ['row security of everybody', 'alter table incident disable row level security'],
    ['a policy', 'create policy mine on incident using (true)'],
    ['the end of a policy', 'drop policy seen_by_merzili_tur on incident'],
    ['triggers switched off', 'set session_replication_role = replica'],
    ['files', "select pg_read_file('postgresql.conf')"],
    ['files by COPY', "copy incident to '/tmp/incident'"],
    ['programs', "copy incident from program 'true'"],
    ['large objects from files', "select lo_import('/etc/passwd')"],
    ['an extension', 'create extension dblink'],
    ['the search dictionary', 'select * from search.word'],
    [
      'records of other audiences by time',
      "select search.by_time(array['mine']::tsquery[], 15, true, 9, null, null, null, null)",
    ],
    ['the searching of other audiences', "select search.queries('x', 15, 'A')"],
    [
      'ending the sessions of others',
      "select pg_terminate_backend(pid) from pg_stat_activity where usename = '{other}'",
    ],
  ];

  it.each(REFUSED)('is refused %s', async (_, statement) => {
    for (const audience of AUDIENCES) {
      const other = audience === 'TUR' ? 'merzili_rus' : 'merzili_tur';
      const outcome = await world.intruders[audience].attempt(statement.replaceAll('{other}', other));
      const refusal = 'code' in outcome ? outcome.code : `${outcome.count} rows`;
      // 22023: there is no such role where the owner has another name.
      expect(['42501', '22023'], `${audience}: ${statement}: ${refusal}`).toContain(refusal);
    }
  });

  it('learns nothing from what the planner knows', async () => {
    for (const audience of AUDIENCES) {
      const outcome = await world.intruders[audience].attempt(
        `select tablename from pg_stats where tablename in (select relname from pg_class where relrowsecurity)`,
      );
      expect('rows' in outcome && outcome.count, audience).toBe(0);
    }
  });

  it('does not see what other roles ask', async () => {
    for (const audience of AUDIENCES) {
      const outcome = await world.intruders[audience].attempt(
        "select query from pg_stat_activity where usename <> current_user and query not in ('', '<insufficient privilege>')",
      );
      expect('rows' in outcome && outcome.rows, audience).toEqual([]);
    }
  });

  it('gains nothing by switching row security off: it is refused the rows then', async () => {
    for (const audience of AUDIENCES) {
      const outcome = await world.intruders[audience].attemptAll([
        'set row_security = off',
        'select key from incident',
      ]);
      expect(outcome, audience).toMatchObject({ code: '42501' });
    }
  });

  it('does not let a condition of its own see rows before the policy does', async () => {
    for (const audience of AUDIENCES) {
      // Division by zero on any row of another nation would tell of it.
      const outcome = await world.intruders[audience].attempt(
        'select count(*) from incident where 1 / (case when audience & $1 = 0 then 0 else 1 end) = 1',
        [{ TUR: 1, RUS: 2, AZE: 4, PUBLIC: 8 }[audience]],
      );
      expect('rows' in outcome, audience).toBe(true);
    }
  });

  it('cannot change whose record it is, nor file one for another nation', async () => {
    for (const audience of ['TUR', 'RUS', 'AZE'] as const) {
      const other = audience === 'TUR' ? 'RUS' : 'TUR';
      const intruder = world.intruders[audience];
      expect(await intruder.attempt(`update incident set originator = '${other}'`)).toMatchObject({
        code: '42501',
      });
      const filed = await intruder.attempt(
        `insert into incident (key, audience, reference, version, originator, category, severity, occurred_from, time_precision,
           title, killed, wounded, status, content_hash, written_by, reported_by)
         values (gen_random_uuid(), 15, '${other}-2021-000001', 1, '${other}', 'SHELLING', 'LOW', now(), 'DAY', '{}', 0, 0, 'REPORTED', '', '', '')`,
      );
      expect(filed, audience).toMatchObject({ code: '42501' });
    }
  });

  it('learns nothing from uniqueness errors about references of hidden records', async () => {
    const { rows } = await world.owner.query<{ originator: string; reference: string }>(
      'select originator, reference from incident where audience in (1, 2, 4)',
    );
    expect(rows.length).toBeGreaterThan(2);
    for (const { originator, reference } of rows) {
      for (const audience of ['TUR', 'RUS', 'AZE'] as const) {
        if (audience === originator) continue;
        const insertion = (taken: string): Promise<unknown> =>
          world.intruders[audience].attempt(
            `insert into incident (key, audience, reference, version, originator, category, severity, occurred_from, time_precision,
               title, killed, wounded, status, content_hash, written_by, reported_by)
             values (gen_random_uuid(), (select audience_bit('${audience}')), '${taken}', 1, '${audience}', 'SHELLING', 'LOW', now(), 'DAY', '{}', 0, 0, 'REPORTED', '', '', '')`,
          );
        expect(await insertion(reference)).toEqual(await insertion(`${originator}-2021-000000`));
      }
    }
  });

  it('learns nothing from foreign keys about hidden records', async () => {
    const absent = '00000000-0000-4000-8000-00000000abcd';
    const { rows } = await world.owner.query<{ key: string; audience: number }>(
      'select distinct on (audience) key::text, audience from incident where audience in (1, 2, 4)',
    );
    expect(rows).toHaveLength(3);
    for (const [audience, bit] of [
      ['TUR', 1],
      ['RUS', 2],
      ['AZE', 4],
    ] as const) {
      const attempt = async (table: string, columns: string, values: string): Promise<string> => {
        const outcome = await world.intruders[audience].attemptAll([
          `insert into ${table} (incident_key, audience, ${columns}) values (${values})`,
          'set constraints all immediate',
        ]);
        return 'code' in outcome ? `${outcome.code} ${outcome.message}` : 'done';
      };
      for (const { key, audience: mask } of rows.filter((row) => (row.audience & bit) === 0)) {
        for (const claimed of [mask, mask | bit, bit]) {
          for (const [table, columns, values] of PARTS_OF_INCIDENTS) {
            const row = (named: string): string =>
              `'${named}', ${claimed}, ${values.replaceAll('{nation}', audience)}`;
            const hidden = await attempt(table, columns, row(key));
            expect(hidden, `${audience}: ${table} ${claimed}`).toBe(
              await attempt(table, columns, row(absent)),
            );
            expect(hidden, `${audience}: ${table} ${claimed}`).not.toBe('done');
          }
        }
      }
    }
  });
});

/** Every table that names incidents and that nations may write to, with values that nothing is wrong with. */
const PARTS_OF_INCIDENTS = [
  ['claim', 'ordinal, claimant_key, source_type', "99, 1, 'MEDIA'"],
  ['casualties', 'ordinal, "group"', "99, 'UNKNOWN'"],
  ['incident_provision', 'ordinal, provision_key', '99, 1'],
  ['revision', 'version, changed_by, changes, content_hash, content', "99, '{nation}', '{}', '', '{}'"],
  [
    'assessment',
    'key, nation, verdict, version, content_hash, assessed_by',
    "gen_random_uuid(), '{nation}', 'CONFIRMED', 1, '', ''",
  ],
  ['release_consent', 'version, target, nation, consented_by', "1, 'PUBLIC', '{nation}', ''"],
  ['incident_event', 'key, kind, at, version', "gen_random_uuid(), 'REPORTED', now(), 1"],
  ['idempotency', 'nation, issuer, subject, key, content_hash', "'{nation}', '', '', '', ''"],
] as const;
