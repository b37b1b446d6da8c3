import 'reflect-metadata';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { AUDIENCES } from '../../src/domain/scopes.js';
import { CATALOGUE_CHECKS } from '../separation/catalogue.checks.js';
import { openPlantedSqlWorld, openSqlWorld, type SqlWorld } from '../separation/plain-sql.js';
import { PLANTED_CHECK, RIGHTS_CHECKS, TABLE_CHECKS } from '../separation/table-rights.checks.js';
import { TABLE_RIGHTS } from '../separation/table-rights.js';
import { ROLE_NAMES } from '../support/roles.js';
import { type Mutant, report, survivorsOf } from './killing.js';

/** The shipped record, and one with records of every mask; every mutant is applied to both. */
let shipped: SqlWorld;
let planted: SqlWorld;
beforeAll(async () => {
  shipped = await openSqlWorld();
  planted = await openPlantedSqlWorld();
});
afterAll(async () => {
  await shipped?.stop();
  await planted?.stop();
});

interface DatabaseMutant extends Mutant {
  /** The table it is about; none for one that is about the database. */
  readonly table?: string;
}

function mutant(name: string, apply: readonly string[], undo: readonly string[]): DatabaseMutant {
  const run = (statements: readonly string[]) => async (): Promise<void> => {
    for (const { owner } of [shipped, planted]) {
      for (const statement of statements) await owner.query(statement);
    }
  };
  return { name, apply: run(apply), undo: run(undo) };
}

function tableMutant(
  table: string,
  name: string,
  apply: readonly string[],
  undo: readonly string[],
): DatabaseMutant {
  return { ...mutant(`${name} on ${table}`, apply, undo), table };
}

/** What the tests of plain SQL assert of a table. */
async function noticeAtTable(table: string): Promise<void> {
  for (const { check } of TABLE_CHECKS) await check(shipped, table);
  await PLANTED_CHECK.check(planted, table);
}

/** What the lint of the catalogue and the tests of plain SQL assert of all tables together. */
async function noticeInCatalogue(): Promise<void> {
  for (const { check } of [...CATALOGUE_CHECKS, ...RIGHTS_CHECKS]) await check(shipped);
}

/** Asks first where the mutant is likely to be noticed. */
async function notice({ table }: DatabaseMutant): Promise<void> {
  if (table !== undefined) await noticeAtTable(table);
  await noticeInCatalogue();
  if (table === undefined) await noticeAtTable('incident');
}

async function noticeAnything(): Promise<void> {
  for (const table of Object.keys(TABLE_RIGHTS)) await noticeAtTable(table);
  await noticeInCatalogue();
}

async function run(kind: string, mutants: readonly DatabaseMutant[]): Promise<void> {
  const survivors = await survivorsOf(mutants, notice);
  report(kind, mutants, survivors);
  expect(survivors).toEqual([]);
}

interface Policy {
  readonly table: string;
  readonly policy: string;
  readonly command: string;
  readonly roles: string;
  readonly using: string | null;
  readonly check: string | null;
}

const POLICIES = `select polrelid::regclass::text as table, polname as policy,
    case polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end as command,
    (select string_agg(quote_ident(rolname), ', ') from pg_roles where oid = any (polroles)) as roles,
    pg_get_expr(polqual, polrelid) as using, pg_get_expr(polwithcheck, polrelid) as check
  from pg_policy where polname <> 'owner' order by 1, 2`;

it('notices nothing while nothing is broken', noticeAnything);

it('notices every policy that is dropped or lets everything through', async () => {
  const { rows } = await shipped.owner.query<Policy>(POLICIES);
  const mutants = rows.flatMap(({ table, policy, command, roles, using, check }) => {
    const create = `create policy ${policy} on ${table} for ${command} to ${roles}${using === null ? '' : ` using (${using})`}${check === null ? '' : ` with check (${check})`}`;
    const drop = `drop policy ${policy} on ${table}`;
    const widened = (part: 'using' | 'with check', before: string | null): DatabaseMutant[] =>
      before === null || before === 'true'
        ? []
        : [
            tableMutant(
              table,
              `${policy}, ${part} (true),`,
              [`alter policy ${policy} on ${table} ${part} (true)`],
              [`alter policy ${policy} on ${table} ${part} (${before})`],
            ),
          ];
    return [
      tableMutant(table, `${policy} dropped`, [drop], [create]),
      tableMutant(
        table,
        `${policy} for everybody`,
        [`alter policy ${policy} on ${table} to public`],
        [`alter policy ${policy} on ${table} to ${roles}`],
      ),
      ...widened('using', using),
      ...widened('with check', check),
    ];
  });
  expect(mutants.length).toBeGreaterThan(150);
  await run('policies', mutants);
});

it('notices every table whose row security is off or does not bind its owner', async () => {
  const { rows } = await shipped.owner.query<{ name: string }>(
    'select oid::regclass::text as name from pg_class where relrowsecurity order by 1',
  );
  await run(
    'row security',
    rows.flatMap(({ name }) => [
      tableMutant(
        name,
        'row security off',
        [`alter table ${name} disable row level security`],
        [`alter table ${name} enable row level security`],
      ),
      tableMutant(
        name,
        'row security not forced',
        [`alter table ${name} no force row level security`],
        [`alter table ${name} force row level security`],
      ),
    ]),
  );
});

it('notices every right to a table that is given or taken', async () => {
  const mutants: DatabaseMutant[] = [];
  for (const table of Object.keys(TABLE_RIGHTS)) {
    for (const audience of AUDIENCES) {
      const role = ROLE_NAMES[audience];
      const { rows } = await shipped.owner.query<{ privilege: string; columns: string | null }>(
        `select privilege_type as privilege, null as columns from pg_class cross join aclexplode(relacl)
          where pg_class.oid = $1::regclass and grantee = $2::regrole
         union all
         select privilege_type, string_agg(quote_ident(attname), ', ') from pg_attribute cross join aclexplode(attacl)
          where attrelid = $1::regclass and grantee = $2::regrole group by 1`,
        [table, role],
      );
      const having = (privilege: string): string[] =>
        rows
          .filter((each) => each.privilege === privilege)
          .map(({ columns }) => `${privilege}${columns === null ? '' : ` (${columns})`}`);
      for (const privilege of ['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) {
        const before = having(privilege);
        // A right to columns is taken with the right to the table, and has to be given back.
        const back = before.map((rights) => `grant ${rights} on ${table} to ${role}`);
        if (!before.includes(privilege)) {
          mutants.push(
            tableMutant(
              table,
              `${privilege} for ${role}`,
              [`grant ${privilege} on ${table} to ${role}`],
              [`revoke ${privilege} on ${table} from ${role}`, ...back],
            ),
          );
        }
        if (before.length > 0) {
          mutants.push(
            tableMutant(
              table,
              `no ${privilege} for ${role}`,
              [`revoke ${privilege} on ${table} from ${role}`],
              back,
            ),
          );
        }
      }
    }
    mutants.push(
      tableMutant(
        table,
        'everybody’s to read',
        [`grant select on ${table} to public`],
        [`revoke select on ${table} from public`],
      ),
    );
  }
  expect(mutants.length).toBeGreaterThan(500);
  await run('rights to tables', mutants);
});

it('notices every column that the public is shown although it is withheld', async () => {
  const { rows } = await shipped.owner.query<{ table: string; column: string; role: string }>(
    `select relation.oid::regclass::text as table, attname as column, role
       from pg_class relation join pg_attribute on attrelid = relation.oid and attnum > 0 and not attisdropped
       cross join unnest($1::text[]) role
      where relrowsecurity and has_any_column_privilege(role, relation.oid, 'select')
        and not has_column_privilege(role, relation.oid, attnum, 'select')`,
    [Object.values(ROLE_NAMES)],
  );
  await run(
    'withheld columns',
    rows.map(({ table, column, role }) =>
      tableMutant(
        table,
        `${column} for ${role}`,
        [`grant select (${column}) on ${table} to ${role}`],
        [`revoke select (${column}) on ${table} from ${role}`],
      ),
    ),
  );
});

it('notices every function that comes to run as its owner, or loses its path', async () => {
  const { rows } = await shipped.owner.query<{
    name: string;
    definer: boolean;
    path: string | null;
    callable: boolean;
  }>(
    `select pg_proc.oid::regprocedure::text as name, prosecdef as definer,
            (select substr(setting, 13) from unnest(proconfig) setting where setting like 'search_path=%') as path,
            has_function_privilege('public', pg_proc.oid, 'execute') as callable
       from pg_proc where pronamespace::regnamespace::text !~ '^(pg_|information_schema)' and prokind = 'f'
        and not exists (select from pg_depend where objid = pg_proc.oid and classid = 'pg_proc'::regclass and deptype = 'e')`,
  );
  const mutants = rows.flatMap(({ name, definer, path, callable }) => [
    mutant(
      `${name} ${definer ? 'as its caller' : 'as its owner'}`,
      [`alter function ${name} security ${definer ? 'invoker' : 'definer'}`],
      [`alter function ${name} security ${definer ? 'definer' : 'invoker'}`],
    ),
    ...(definer && path !== null
      ? [
          mutant(
            `${name} on any path`,
            [`alter function ${name} reset search_path`],
            [`alter function ${name} set search_path = ${path}`],
          ),
        ]
      : []),
    ...(definer && !callable
      ? [
          mutant(
            `${name} for everybody`,
            [`grant execute on function ${name} to public`],
            [`revoke execute on function ${name} from public`],
          ),
        ]
      : []),
  ]);
  await run('functions', mutants);
});

it('notices roles that may more than log in', async () => {
  const roles = Object.values(ROLE_NAMES);
  await run(
    'roles',
    roles.flatMap((role, index) => {
      const other = roles[(index + 1) % roles.length] ?? role;
      return [
        mutant(`${role} in ${other}`, [`grant ${other} to ${role}`], [`revoke ${other} from ${role}`]),
        mutant(`${role} makes databases`, [`alter role ${role} createdb`], [`alter role ${role} nocreatedb`]),
        mutant(
          `${role} makes tables`,
          [`grant create on schema public to ${role}`],
          [`revoke create on schema public from ${role}`],
        ),
        mutant(
          `settings of ${role}`,
          [`alter role ${role} set row_security = off`],
          [`alter role ${role} reset row_security`],
        ),
      ];
    }),
  );
});

it('notices everything of the database’s own that is open again', async () => {
  const database = (name: string): string =>
    `do $$ begin execute format('${name}', current_database()); end $$`;
  await run('the database', [
    mutant(
      'temporary tables',
      [database('grant temporary on database %I to public')],
      [database('revoke temporary on database %I from public')],
    ),
    mutant(
      'schemas',
      [database('grant create on database %I to merzili_tur')],
      [database('revoke create on database %I from merzili_tur')],
    ),
    mutant(
      'sequences',
      ['grant select on sequence incident_aggregate_key_seq to merzili_rus'],
      ['revoke select on sequence incident_aggregate_key_seq from merzili_rus'],
    ),
    mutant(
      'a view that asks as its owner',
      ['create view leak as select reference from incident', 'grant select on leak to merzili_tur'],
      ['drop view leak'],
    ),
    mutant(
      'a materialised view',
      ['create materialized view leak as select reference from incident'],
      ['drop materialized view leak'],
    ),
    mutant('a child table', ['create table leak () inherits (incident)'], ['drop table leak']),
    mutant(
      'a table nobody has listed',
      ['create table leak (audience smallint)', 'grant select on leak to merzili_tur'],
      ['drop table leak'],
    ),
    mutant(
      'a word with a notification',
      [
        "create function leak() returns trigger language plpgsql as $f$ begin perform pg_notify('incident_event', new.reference); return null; end $f$",
      ],
      ['drop function leak()'],
    ),
  ]);
});

it('notices nothing once everything is mended', noticeAnything);
