import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIENCES } from '../../src/access/scopes.js';
import { ROLE_OF } from '../../src/database/roles.js';
import { brief, openSqlWorld, type SqlWorld } from './plain-sql.js';
import { MASKS, plantIncidents, plantJoint, plantOwn, type RunSql } from './planting.js';
import {
  type Four,
  PLANTED_RECORDS,
  PLANTED_ROWS,
  TABLE_RIGHTS,
  type TableRights,
  WITHHELD_COLUMNS,
} from './table-rights.js';

const NOBODY: Four<'-'> = ['-', '-', '-', '-'];

let world: SqlWorld;
beforeAll(async () => {
  world = await openSqlWorld();
});
afterAll(() => world?.stop());

async function tables(): Promise<Map<string, string[]>> {
  const { rows } = await world.owner.query<{ name: string; columns: string[] }>(
    `select relation.oid::regclass::text as name, array_agg(attname::text order by attname) as columns
       from pg_class relation join pg_attribute on attrelid = relation.oid and attnum > 0 and not attisdropped
      where relkind in ('r', 'p', 'v', 'm', 'f') and relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
      group by relation.oid`,
  );
  return new Map(rows.map(({ name, columns }) => [name, columns]));
}

const eachRole = <T>(
  ask: (audience: (typeof AUDIENCES)[number], index: number) => Promise<T>,
): Promise<T[]> => Promise.all(AUDIENCES.map(ask));

describe('plain SQL of the roles', () => {
  it('is written down for every table there is', async () => {
    expect([...(await tables()).keys()].sort()).toEqual(Object.keys(TABLE_RIGHTS).sort());
  });

  it.each(Object.entries(TABLE_RIGHTS))('reads of %s what it may', async (table, { select }) => {
    const counts = await eachRole(async (audience) => {
      const outcome = await world.intruders[audience].attempt(`select count(*)::int as n from ${table}`);
      return 'rows' in outcome ? outcome.rows[0]?.n : brief(outcome);
    });
    expect(counts).toEqual(select);
  });

  it.each(Object.entries(TABLE_RIGHTS))('inserts into %s if it may', async (table, { insert = NOBODY }) => {
    const rights = await eachRole(async (audience) =>
      brief(await world.intruders[audience].attempt(`insert into ${table} default values`)) === '-'
        ? '-'
        : 'may',
    );
    expect(rights).toEqual(insert);
  });

  it.each(Object.entries(TABLE_RIGHTS))('changes of %s what it may', async (table, rights: TableRights) => {
    const columns = (await tables()).get(table) ?? [];
    const changes = await eachRole(async (audience, index) => {
      const changed: Record<string, unknown> = {};
      for (const column of columns) {
        const name = world.owner.escapeIdentifier(column);
        // A column that its grants do not name cannot be read either where whole tables are not granted.
        const outcome = await world.intruders[audience].attempt(`update ${table} set ${name} = ${name}`);
        const isGranted = await mayUpdate(ROLE_OF[audience], table, column);
        if (isGranted || brief(outcome) !== '-') changed[column] = brief(outcome);
      }
      const rows = rights.update?.rows[index] ?? '-';
      const expected =
        rows === '-' ? {} : Object.fromEntries((rights.update?.columns ?? []).map((c) => [c, rows]));
      return [changed, expected] as const;
    });
    for (const [changed, expected] of changes) expect(withoutGenerated(changed)).toEqual(expected);
  });

  it.each(Object.entries(TABLE_RIGHTS))(
    'deletes of %s what it may',
    async (table, { delete: deleted = NOBODY }) => {
      const counts = await eachRole(async (audience) =>
        brief(await world.intruders[audience].attempt(`delete from ${table}`)),
      );
      expect(counts).toEqual(deleted);
    },
  );

  it.each(Object.entries(TABLE_RIGHTS))('truncates nothing of %s, and cannot lock it', async (table) => {
    for (const audience of AUDIENCES) {
      const intruder = world.intruders[audience];
      expect(brief(await intruder.attempt(`truncate ${table}`)), audience).toBe('-');
      expect(
        brief(await intruder.attempt(`create rule r as on insert to ${table} do nothing`)),
        audience,
      ).toBe('42501');
      expect(brief(await intruder.attempt(`alter table ${table} disable row level security`)), audience).toBe(
        '42501',
      );
    }
  });

  it('asks for no withheld column', async () => {
    const readable = await world.owner.query<{ role: string; name: string; column: string }>(
      `select role, relation.oid::regclass::text as name, attname as column
         from pg_class relation join pg_attribute on attrelid = relation.oid and attnum > 0 and not attisdropped
         cross join unnest($1::text[]) role
        where relrowsecurity and has_any_column_privilege(role, relation.oid, 'select')
          and not has_column_privilege(role, relation.oid, attnum, 'select')`,
      [Object.values(ROLE_OF)],
    );
    const withheld: Record<string, Record<string, string[]>> = {};
    for (const { role, name, column } of readable.rows) {
      const tables = withheld[role] ?? {};
      withheld[role] = { ...tables, [name]: [...(tables[name] ?? []), column] };
    }
    const sortedColumns = (entry: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>) =>
      JSON.parse(JSON.stringify(entry), (_, value) => (Array.isArray(value) ? value.sort() : value));
    expect(sortedColumns(withheld)).toEqual(sortedColumns(WITHHELD_COLUMNS));
  });

  it('asks for no system column of a table under row security', async () => {
    const secured = await world.owner.query<{ name: string }>(
      'select oid::regclass::text as name from pg_class where relrowsecurity',
    );
    for (const { name } of secured.rows) {
      for (const audience of AUDIENCES) {
        for (const column of ['ctid', 'xmin', 'cmax']) {
          const outcome = await world.intruders[audience].attempt(`select ${column} from ${name}`);
          expect(brief(outcome), `${audience}: ${name}.${column}`).toBe('-');
        }
      }
    }
  });
});

describe('plain SQL over records of every mask', () => {
  let planted: SqlWorld;
  beforeAll(async () => {
    planted = await openSqlWorld();
    const sql: RunSql = async (text, values) => (await planted.owner.query(text, values)).rows;
    await plantIncidents(sql, MASKS, PLANTED_RECORDS);
    await plantOwn(sql, ['TUR', 'RUS', 'AZE']);
    await plantJoint(sql);
    await sql(
      "insert into issuer_freeze select nation, 'head', now() from unnest(array['TUR', 'RUS', 'AZE']) nation",
    );
  });
  afterAll(() => planted?.stop());

  it.each(Object.entries(PLANTED_ROWS))(
    'reads of %s the rows of its masks and no other',
    async (table, added) => {
      const counts = await eachRole(async (audience) => {
        const outcome = await planted.intruders[audience].attempt(`select count(*)::int as n from ${table}`);
        return 'rows' in outcome ? outcome.rows[0]?.n : brief(outcome);
      });
      const expected = TABLE_RIGHTS[table]?.select.map((shipped, index) =>
        shipped === '-' ? '-' : shipped + (added[index] ?? 0),
      );
      expect(counts).toEqual(expected);
    },
  );

  it('counts in the tally what it reads', async () => {
    for (const audience of AUDIENCES) {
      const outcome = await planted.intruders[audience].attempt(
        "select (select count(*) from incident) = (select sum(n) from incident_tally where grain = 'total') as same",
      );
      expect('rows' in outcome && outcome.rows, audience).toEqual([{ same: true }]);
    }
  });

  it('reads and lifts the freeze of its own nation alone', async () => {
    for (const audience of ['TUR', 'RUS', 'AZE'] as const) {
      const intruder = planted.intruders[audience];
      const seen = await intruder.attempt('select nation from issuer_freeze');
      expect('rows' in seen && seen.rows, audience).toEqual([{ nation: audience }]);
      expect(brief(await intruder.attempt('delete from issuer_freeze')), audience).toBe(1);
    }
  });

  it('changes rows it sees and no other', async () => {
    for (const [index, audience] of AUDIENCES.entries()) {
      const outcome = await planted.intruders[audience].attempt('update incident set category = category');
      const shipped = TABLE_RIGHTS.incident?.update?.rows[index];
      // A retracted record, one in five, is not changed at all.
      if (shipped === '-') expect(brief(outcome)).toBe('-');
      else expect(outcome).toMatchObject({ message: 'a retracted incident is not changed' });
      const standing = await planted.intruders[audience].attempt(
        "update incident set category = category where status <> 'RETRACTED'",
      );
      if (shipped !== '-') expect(brief(standing), audience).toBe(Number(shipped) + 64);
    }
  });
});

async function mayUpdate(role: string, table: string, column: string): Promise<boolean> {
  const { rows } = await world.owner.query<{ may: boolean }>(
    "select has_column_privilege($1, $2::regclass, $3, 'update') as may",
    [role, table, column],
  );
  return rows[0]?.may === true;
}

/** Columns that only the database writes answer so even to those without any right. */
function withoutGenerated(changed: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(changed).filter(([, outcome]) => outcome !== '428C9'));
}
