import { expect } from 'vitest';
import { AUDIENCES } from '../../src/domain/scopes.js';
import { ROLE_NAMES } from '../support/roles.js';
import type { Check } from './catalogue.checks.js';
import { brief, type SqlWorld } from './plain-sql.js';
import { type Four, PLANTED_ROWS, TABLE_RIGHTS, WITHHELD_COLUMNS } from './table-rights.js';

const NOBODY: Four<'-'> = ['-', '-', '-', '-'];

async function columnsOf(world: SqlWorld): Promise<Map<string, string[]>> {
  const { rows } = await world.owner.query<{ name: string; columns: string[] }>(
    `select relation.oid::regclass::text as name, array_agg(attname::text order by attname) as columns
       from pg_class relation join pg_attribute on attrelid = relation.oid and attnum > 0 and not attisdropped
      where relkind in ('r', 'p', 'v', 'm', 'f') and relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
      group by relation.oid`,
  );
  return new Map(rows.map(({ name, columns }) => [name, columns]));
}

/** What each role is answered, one after the other: two that change the same rows at once may deadlock. */
async function eachRole<T>(
  ask: (audience: (typeof AUDIENCES)[number], index: number) => Promise<T>,
): Promise<T[]> {
  const answers: T[] = [];
  for (const [index, audience] of AUDIENCES.entries()) answers.push(await ask(audience, index));
  return answers;
}

/** Rows each role reads of a table. */
async function readOf(world: SqlWorld, table: string): Promise<unknown[]> {
  return eachRole(async (audience) => {
    const outcome = await world.intruders[audience].attempt(`select count(*)::int as n from ${table}`);
    return 'rows' in outcome ? outcome.rows[0]?.n : brief(outcome);
  });
}

const rightsOf = (table: string) => TABLE_RIGHTS[table] ?? { select: NOBODY };

/** What must hold of one table with the shipped record in it. */
export const TABLE_CHECKS: readonly {
  readonly name: string;
  check(world: SqlWorld, table: string): Promise<void>;
}[] = [
  {
    name: 'reads what it may',
    async check(world, table) {
      expect(await readOf(world, table)).toEqual(rightsOf(table).select);
    },
  },
  {
    name: 'inserts if it may',
    async check(world, table) {
      const rights = await eachRole(async (audience) =>
        brief(await world.intruders[audience].attempt(`insert into ${table} default values`)) === '-'
          ? '-'
          : 'may',
      );
      expect(rights).toEqual(rightsOf(table).insert ?? NOBODY);
    },
  },
  {
    name: 'inserts the columns it may',
    async check(world, table) {
      const { insert = NOBODY, insertColumns } = rightsOf(table);
      const columns = insertColumns ?? (await columnsOf(world)).get(table) ?? [];
      const expected = AUDIENCES.flatMap((audience, index) =>
        insert[index] === 'may' ? columns.map((column) => `${ROLE_NAMES[audience]}.${column}`) : [],
      );
      expect([...(await grantedColumns(world, table, 'insert'))].sort()).toEqual(expected.sort());
    },
  },
  {
    name: 'changes what it may',
    async check(world, table) {
      const { update } = rightsOf(table);
      const columns = (await columnsOf(world)).get(table) ?? [];
      const granted = await grantedColumns(world, table, 'update');
      const changes = await eachRole(async (audience, index) => {
        const changed: Record<string, unknown> = {};
        for (const column of columns) {
          const name = world.owner.escapeIdentifier(column);
          const outcome = await world.intruders[audience].attempt(`update ${table} set ${name} = ${name}`);
          if (granted.has(`${ROLE_NAMES[audience]}.${column}`) || brief(outcome) !== '-') {
            changed[column] = brief(outcome);
          }
        }
        const rows = update?.rows[index] ?? '-';
        const expected =
          rows === '-' ? {} : Object.fromEntries((update?.columns ?? []).map((c) => [c, rows]));
        return [changed, expected] as const;
      });
      for (const [changed, expected] of changes) expect(withoutGenerated(changed)).toEqual(expected);
    },
  },
  {
    name: 'deletes what it may',
    async check(world, table) {
      const counts = await eachRole(async (audience) =>
        brief(await world.intruders[audience].attempt(`delete from ${table}`)),
      );
      expect(counts).toEqual(rightsOf(table).delete ?? NOBODY);
    },
  },
  {
    name: 'neither truncates it nor changes its rules',
    async check(world, table) {
      for (const audience of AUDIENCES) {
        const outcomes = [];
        for (const statement of [
          `truncate ${table} cascade`,
          `create rule r as on insert to ${table} do nothing`,
          `alter table ${table} disable row level security`,
        ]) {
          const outcome = await world.intruders[audience].attempt(statement);
          outcomes.push('code' in outcome ? outcome.code : outcome.count);
        }
        expect(outcomes, audience).toEqual(['42501', '42501', '42501']);
      }
    },
  },
];

/** What must hold of one table once records of every mask are planted. */
export const PLANTED_CHECK = {
  name: 'reads the rows of its masks and no other',
  async check(world: SqlWorld, table: string): Promise<void> {
    const added = PLANTED_ROWS[table];
    if (!added) return;
    const expected = rightsOf(table).select.map((shipped, index) =>
      shipped === '-' ? '-' : shipped + (added[index] ?? 0),
    );
    expect(await readOf(world, table)).toEqual(expected);
  },
};

/** What must hold of all tables together. */
export const RIGHTS_CHECKS: readonly Check[] = [
  {
    name: 'is written down for every table there is',
    async check(world) {
      expect([...(await columnsOf(world)).keys()].sort()).toEqual(Object.keys(TABLE_RIGHTS).sort());
    },
  },
  {
    name: 'asks for no withheld column',
    async check(world) {
      const { rows } = await world.owner.query<{ role: string; name: string; column: string }>(
        `select role, relation.oid::regclass::text as name, attname as column
           from pg_class relation join pg_attribute on attrelid = relation.oid and attnum > 0 and not attisdropped
           cross join unnest($1::text[]) role
          where relrowsecurity and has_any_column_privilege(role, relation.oid, 'select')
            and not has_column_privilege(role, relation.oid, attnum, 'select')`,
        [Object.values(ROLE_NAMES)],
      );
      const withheld: Record<string, Record<string, string[]>> = {};
      for (const { role, name, column } of rows) {
        const tables = withheld[role] ?? {};
        withheld[role] = { ...tables, [name]: [...(tables[name] ?? []), column] };
      }
      const inOrder = (entry: object): unknown =>
        JSON.parse(JSON.stringify(entry), (_, value) => (Array.isArray(value) ? value.sort() : value));
      expect(inOrder(withheld)).toEqual(inOrder(WITHHELD_COLUMNS));
    },
  },
  {
    name: 'asks for no system column of a table under row security',
    async check(world) {
      const { rows } = await world.owner.query<{ name: string }>(
        'select oid::regclass::text as name from pg_class where relrowsecurity',
      );
      for (const { name } of rows) {
        for (const audience of AUDIENCES) {
          for (const column of ['ctid', 'xmin', 'cmax']) {
            const outcome = await world.intruders[audience].attempt(`select ${column} from ${name}`);
            expect(brief(outcome), `${audience}: ${name}.${column}`).toBe('-');
          }
        }
      }
    },
  },
];

/** `role.column` of every right to write a column. */
async function grantedColumns(
  world: SqlWorld,
  table: string,
  privilege: 'insert' | 'update',
): Promise<ReadonlySet<string>> {
  const { rows } = await world.owner.query<{ right: string }>(
    `select role || '.' || attname as right from pg_attribute cross join unnest($2::text[]) role
      where attrelid = $1::regclass and attnum > 0 and not attisdropped
        and has_column_privilege(role, attrelid, attnum, $3)`,
    [table, Object.values(ROLE_NAMES), privilege],
  );
  return new Set(rows.map(({ right }) => right));
}

/** Columns that only the database writes answer so even to those without any right. */
function withoutGenerated(changed: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(changed).filter(([, outcome]) => outcome !== '428C9'));
}
