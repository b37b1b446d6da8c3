import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { AUDIENCES, NATIONS } from '../../src/domain/scopes.js';
import { ROLE_NAMES } from '../support/roles.js';
import { openPlantedSqlWorld, type SqlWorld } from './plain-sql.js';

/** What a role may reach of others by plain SQL: their locks, their times, their events, the server's own means. */
let world: SqlWorld;
beforeAll(async () => {
  world = await openPlantedSqlWorld();
});
afterAll(() => world?.stop());

const PERMISSION = /^permission denied/;
const LOCK_MODES = [
  'row exclusive',
  'share update exclusive',
  'share',
  'share row exclusive',
  'exclusive',
  'access exclusive',
];

/** Every table that is ours, those with row security first. */
async function tables(): Promise<{ name: string; isSecured: boolean }[]> {
  const { rows } = await world.owner.query<{ name: string; isSecured: boolean }>(
    `select oid::regclass::text as name, relrowsecurity as "isSecured" from pg_class
      where relkind in ('r', 'p') and relnamespace::regnamespace::text !~ '^(pg_|information_schema)' order by 2 desc, 1`,
  );
  return rows;
}

describe.each(AUDIENCES)('%s', (audience) => {
  it('locks no table', async () => {
    for (const { name, isSecured } of await tables()) {
      // Reading takes the weakest lock, of tables that are granted as a whole.
      for (const mode of isSecured ? ['access share', ...LOCK_MODES] : LOCK_MODES) {
        const outcome = await world.intruders[audience].attempt(`lock table ${name} in ${mode} mode nowait`);
        expect(outcome, `${name} ${mode}`).toMatchObject({ code: '42501' });
      }
    }
  });

  it('locks no row but of records that it may write to, and its own lock', async () => {
    const lockable: string[] = [];
    for (const { name } of await tables()) {
      for (const strength of ['key share', 'share', 'no key update', 'update']) {
        const statement = `select 1 from ${name} for ${strength} nowait`;
        const outcome = await world.intruders[audience].attempt(statement);
        if (!('code' in outcome && outcome.code === '42501')) lockable.push(name);
      }
    }
    expect([...new Set(lockable)]).toEqual(audience === 'PUBLIC' ? [] : ['incident', 'nation_lock']);
  });

  const TABLES_WITH_TIMES: readonly (readonly [string, string])[] = [
    ['incident', 'created_at'],
    ['incident', 'updated_at'],
    ['revision', 'changed_at'],
    ['assessment', 'assessed_at'],
    ['provision_assessment', 'assessed_at'],
    ['release_consent', 'consented_at'],
    ['idempotency', 'created_at'],
    ['revoked_token', 'revoked_at'],
    ['issuer_freeze', 'frozen_at'],
    ['incident_event', 'at'],
  ];

  it('gives no time of writing', async () => {
    const { rows } = await world.owner.query<{ name: string }>(
      `select attrelid::regclass || '.' || attname as name from pg_attribute join pg_class on pg_class.oid = attrelid
        where atttypid = 'timestamptz'::regtype and relkind = 'r' and has_column_privilege($1, attrelid, attnum, 'insert, update')
          and relnamespace::regnamespace::text !~ '^pg_' order by 1`,
      [ROLE_NAMES[audience]],
    );
    // When an incident happened is for its reporter to say.
    const given = audience === 'PUBLIC' ? [] : ['incident.occurred_from', 'incident.occurred_to'];
    expect(rows.map(({ name }) => name)).toEqual(given);
    for (const [table, column] of TABLES_WITH_TIMES) {
      for (const statement of [
        `insert into ${table} (${column}) values ('2999-01-01')`,
        `update ${table} set ${column} = '2999-01-01'`,
      ]) {
        const outcome = await world.intruders[audience].attempt(statement);
        expect(outcome, statement).toMatchObject({
          code: '42501',
          message: expect.stringMatching(PERMISSION),
        });
      }
    }
  });

  it('writes no event', async () => {
    const outcome = await world.intruders[audience].attempt(
      `insert into incident_event (key, incident_key, audience, kind, at, version)
       select gen_random_uuid(), key, audience, 'RETRACTED', '2031-01-01', 77 from incident limit 1`,
    );
    expect(outcome).toMatchObject({ code: '42501', message: expect.stringMatching(PERMISSION) });
  });

  const REFUSED = [
    'select pg_advisory_lock(4672910003)',
    'select pg_try_advisory_lock_shared(1)',
    'select pg_advisory_xact_lock(1, 2)',
    'select lo_create(0)',
    "select lo_from_bytea(0, 'abc')",
    'select lo_creat(-1)',
    "select pg_logical_emit_message(false, 'x', 'y')",
    'select pg_export_snapshot()',
    'alter role current_user connection limit -1',
    'alter role merzili_rus connection limit 0',
    'alter role merzili_demand connection limit 0',
    "alter role current_user valid until '2020-01-01'",
    'alter role current_user nologin',
    'create temporary sequence s',
    'create temporary view v as select 1',
    'set temp_file_limit = -1',
    "set deadlock_timeout = '1h'",
    'select roll_up_changes(1)',
    'select assign_event_order()',
  ];

  it.each(REFUSED)('is refused %s', async (statement) => {
    expect(await world.intruders[audience].attempt(statement)).toMatchObject({ code: '42501' });
  });
});

describe.each(NATIONS)('what %s writes', (nation) => {
  const prefix = { TUR: 'TUR', RUS: 'RUS', AZE: 'AZE' }[nation];
  const bit = { TUR: 1, RUS: 2, AZE: 4 }[nation];
  const report = `insert into incident (key, audience, reference, version, originator, category, severity, occurred_from,
      time_precision, title, killed, wounded, status, content_hash, written_by, reported_by)
    values ('00000000-0000-7000-8000-000000000001', ${bit}, '${prefix}-2021-000001', 1, '${nation}', 'SHELLING', 'LOW',
      now(), 'DAY', '{}', 0, 0, 'REPORTED', 'hash', 'x', 'x')`;
  const revision = `insert into revision (incident_key, audience, version, changed_by, changes, content_hash, content)
    values ('00000000-0000-7000-8000-000000000001', ${bit}, 1, '${nation}', '{}', 'hash', '{}')`;

  it('bears the time at which it was written, not that at which its transaction began', async () => {
    const outcome = await world.intruders[nation].attemptAll([
      'select pg_sleep(0.05)',
      report,
      revision,
      `select created_at > transaction_timestamp() + interval '40 ms' and created_at <= clock_timestamp() + interval '1 ms'
          and created_at = updated_at and changed_at >= created_at as "isNow"
         from incident join revision on incident_key = key where key = '00000000-0000-7000-8000-000000000001'`,
    ]);
    expect(outcome).toMatchObject({ rows: [{ isNow: true }] });
  });

  it('makes its event by itself, for those who see it', async () => {
    const outcome = await world.intruders[nation].attemptAll([
      report,
      revision,
      `select kind, audience, version, substr(key::text, 15, 1) as uuid, at <= clock_timestamp() + interval '1 ms' as "isNow"
         from incident_event where incident_key = '00000000-0000-7000-8000-000000000001'`,
    ]);
    expect(outcome).toMatchObject({
      rows: [{ kind: 'REPORTED', audience: bit, version: 1, uuid: '7', isNow: true }],
    });
  });

  it('touches no time of another nation’s record by changing nothing in it', async () => {
    const outcome = await world.intruders[nation].attemptAll([
      `update incident set severity = severity, status = status, title = title where originator <> '${nation}' and status <> 'RETRACTED'`,
      `select key from incident where originator <> '${nation}' and updated_at >= transaction_timestamp() - interval '1 ms'`,
    ]);
    expect(outcome).toMatchObject({ count: 0 });
  });
});

it('a verdict is later than every verdict before it, whatever their clocks said', async () => {
  const { rows } = await world.owner.query<{ key: string }>(
    `select key::text from incident where status <> 'RETRACTED' and audience & 3 = 3 and key::text ~ '-b19d-' order by key limit 1`,
  );
  const key = rows[0]?.key;
  await world.owner.query('begin');
  await world.owner.query('set constraints all deferred');
  await world.owner.query(
    `update assessment set assessed_at = '2035-01-01 00:00:00.5+00' where incident_key = $1`,
    [key],
  );
  await world.owner.query('commit');
  const outcome = await world.intruders.RUS.attemptAll([
    `insert into assessment (key, incident_key, audience, nation, verdict, version, content_hash, assessed_by)
     select gen_random_uuid(), key, audience, 'RUS', 'CONFIRMED', version, content_hash, 'x' from incident where key = '${key}'`,
    `select max(assessed_at) = '2035-01-01 00:00:00.501+00' as "isNext" from assessment where incident_key = '${key}'`,
  ]);
  expect(outcome).toMatchObject({ rows: [{ isNext: true }] });
});
