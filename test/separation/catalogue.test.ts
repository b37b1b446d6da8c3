import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AUDIENCES } from '../../src/access/scopes.js';
import { openSqlWorld, type SqlWorld } from './plain-sql.js';
import { PLANTED_TABLES } from './planting.js';
import { APPLICATION_ROLES, CALLABLE_DEFINERS, DEFINER_FUNCTIONS, OPEN_TABLES } from './table-rights.js';

let world: SqlWorld;
beforeAll(async () => {
  world = await openSqlWorld();
});
afterAll(() => world?.stop());

async function names(query: string, values: unknown[] = []): Promise<string[]> {
  const { rows } = await world.owner.query<{ name: string }>(query, values);
  return rows.map(({ name }) => name).sort();
}

/** Everything that is ours: whatever lies outside PostgreSQL's own schemas and belongs to no extension. */
const OURS = `relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
  and not exists (select from pg_depend where objid = relation.oid and classid = 'pg_class'::regclass and deptype = 'e')`;
const ROLES = `'{${APPLICATION_ROLES.join(',')}}'::regrole[]`;

describe('the catalogue', () => {
  it('has row security enabled and forced on every table that is not everybody’s', async () => {
    const relations =
      "select relation.oid::regclass::text as name from pg_class relation where relkind in ('r', 'p', 'f', 'm')";
    const open = await names(`${relations} and ${OURS} and not (relrowsecurity and relforcerowsecurity)`);
    expect(open).toEqual(Object.keys(OPEN_TABLES).sort());
  });

  it('has no table of everybody’s with a column that names an audience or a nation', async () => {
    const carrying = await names(
      `select relation.oid::regclass || '.' || attname as name from pg_class relation join pg_attribute on attrelid = relation.oid
        where relkind in ('r', 'p', 'f', 'm') and ${OURS} and not relrowsecurity and attnum > 0
          and attname ~ '(audience|nation|originator|mask)'`,
    );
    // The contingents' strengths are stated in the agreement.
    expect(carrying).toEqual(['contingent.nation']);
  });

  it('has no partitions, children, foreign tables or materialised views, which rows could be read through', async () => {
    const roads = await names(
      `select relation.oid::regclass::text as name from pg_class relation
        where ${OURS} and (relkind in ('m', 'f', 'p') or relispartition or exists (select from pg_inherits where inhrelid = relation.oid)
          and relkind = 'r')`,
    );
    expect(roads).toEqual([]);
  });

  it('has views only that ask as whoever asks them', async () => {
    const views = await names(
      `select relation.oid::regclass::text as name from pg_class relation where relkind = 'v' and ${OURS}
         and not coalesce(reloptions @> '{security_invoker=true}' or reloptions @> '{security_invoker=on}', false)`,
    );
    expect(views).toEqual([]);
  });

  it('has for every role that may read a table under row security a policy that says which rows', async () => {
    const ungoverned = await names(
      `select role::text || ' on ' || relation.oid::regclass as name
         from pg_class relation cross join unnest(${ROLES}) role
        where relrowsecurity and ${OURS} and has_any_column_privilege(role, relation.oid, 'select')
          and not exists (select from pg_policy where polrelid = relation.oid and polcmd in ('r', '*') and role = any (polroles))`,
    );
    expect(ungoverned).toEqual([]);
  });

  it('has no policy for everybody, and none of a nation that is about another', async () => {
    const { rows } = await world.owner.query<{
      table: string;
      policy: string;
      roles: string[];
      rule: string;
    }>(
      `select polrelid::regclass::text as table, polname as policy, array_agg(coalesce(rolname, 'public')::text) as roles,
              concat_ws(' / ', pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) as rule
         from pg_policy cross join unnest(polroles) grantee left join pg_roles on pg_roles.oid = grantee
        group by pg_policy.oid, polrelid, polname, polqual, polwithcheck`,
    );
    const bits: Record<string, number> = {
      merzili_tur: 1,
      merzili_rus: 2,
      merzili_aze: 4,
      merzili_public: 8,
    };
    for (const { table, policy, roles, rule } of rows) {
      const name = `${policy} on ${table}: ${rule}`;
      expect(roles, name).not.toContain('public');
      const nations = roles.filter((role) => role in bits);
      if (nations.length === 0) continue;
      // Assessments of provisions are published; who may read them, may read all.
      if (table === 'provision_assessment' && policy === 'seen_by_all') continue;
      expect(roles, name).toHaveLength(1);
      const [role = ''] = roles;
      const nation = role.slice('merzili_'.length).toUpperCase();
      const asks = [
        new RegExp(`\\(\\(?audience\\)?(::integer)? & ${bits[role]}\\) <> 0`),
        new RegExp(`\\b(nation|originator|changed_by) = '${nation}'`),
      ];
      for (const part of rule.split(' / ')) {
        expect(
          asks.some((ask) => ask.test(part)),
          name,
        ).toBe(true);
      }
      for (const other of ['TUR', 'RUS', 'AZE'].filter((each) => each !== nation)) {
        expect(rule, name).not.toMatch(new RegExp(`(nation|originator|changed_by) = '${other}'`));
      }
    }
  });

  it('has roles that are nothing but logins', async () => {
    const powers = await names(
      `select rolname as name from pg_roles where oid = any (${ROLES}::oid[])
         and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication or not rolcanlogin or rolconfig is not null)`,
    );
    expect(powers).toEqual([]);
    const all = await names(
      "select rolname as name from pg_roles where rolname like 'merzili\\_%' and rolname <> current_user",
    );
    expect(all.filter((name) => name !== 'merzili_owner')).toEqual([...APPLICATION_ROLES].sort());
    const memberships = await names(
      `select member::regrole || ' in ' || roleid::regrole as name from pg_auth_members where member = any (${ROLES}::oid[])`,
    );
    expect(memberships).toEqual([]);
  });

  it('has roles that own nothing', async () => {
    const owned = await names(
      `select distinct classid::regclass || ' ' || objid as name from pg_shdepend
        where refclassid = 'pg_authid'::regclass and refobjid = any (${ROLES}::oid[]) and deptype = 'o'
          and dbid in (0, (select oid from pg_database where datname = current_database()))`,
    );
    expect(owned).toEqual([]);
    expect(await names('select defaclrole::regrole::text as name from pg_default_acl')).toEqual([]);
  });

  it('grants roles nothing but reading and writing rows, and nobody the right to grant', async () => {
    const granted = await names(
      `select distinct coalesce(rolname, 'public') || ': ' || privilege_type || ' on ' || relation.oid::regclass as name
         from pg_class relation cross join aclexplode(relacl) acl left join pg_roles on pg_roles.oid = grantee
        where ${OURS} and grantee <> relowner and relkind <> 'S'
          and (grantee = 0 or is_grantable or privilege_type not in ('SELECT', 'INSERT', 'UPDATE', 'DELETE'))`,
    );
    expect(granted).toEqual([]);
    const sequences = await names(
      `select relation.oid::regclass::text as name from pg_class relation cross join unnest(${ROLES}) role
        where relkind = 'S' and ${OURS} and has_sequence_privilege(role, relation.oid, 'usage, select, update')`,
    );
    expect(sequences).toEqual([]);
  });

  it('grants the role that counts costs nothing of the record', async () => {
    const granted = await names(
      `select relation.oid::regclass::text as name from pg_class relation
        where relkind in ('r', 'p', 'v', 'm', 'f', 'S') and ${OURS}
          and (has_any_column_privilege('merzili_demand', relation.oid, 'select, insert, update, references')
            or relkind <> 'S' and has_table_privilege('merzili_demand', relation.oid, 'delete, truncate, trigger'))`,
    );
    expect(granted).toEqual(['cost_budget']);
  });

  it('lets roles make nothing, not for a moment either', async () => {
    const makers = await names(
      `select role || ' in ' || nspname as name from pg_namespace cross join unnest(${ROLES}) role
        where has_schema_privilege(role, pg_namespace.oid, 'create')
       union all
       select role || ' in ' || datname from pg_database cross join unnest(${ROLES}) role
        where datname = current_database() and has_database_privilege(role, pg_database.oid, 'create, temporary')`,
    );
    expect(makers).toEqual([]);
  });

  it('runs as their owner only the functions listed with a reason, on a fixed path', async () => {
    const definers = 'select oid::regprocedure::text as name from pg_proc where prosecdef';
    const ours = "pronamespace::regnamespace::text !~ '^(pg_|information_schema)'";
    expect(await names(`${definers} and ${ours}`)).toEqual(Object.keys(DEFINER_FUNCTIONS).sort());
    const floating = await names(
      `${definers} and ${ours} and not exists (select from unnest(proconfig) setting where setting ~ '^search_path=.*, pg_temp$')`,
    );
    expect(floating).toEqual([]);
    const callable = await names(
      `${definers} and ${ours} and exists (select from unnest(${ROLES}) role where has_function_privilege(role, pg_proc.oid, 'execute'))`,
    );
    expect(callable).toEqual([...CALLABLE_DEFINERS].sort());
  });

  it('fixes the path of every trigger function that reads tables', async () => {
    const floating = await names(
      `select distinct pg_proc.oid::regprocedure::text as name from pg_trigger join pg_proc on pg_proc.oid = tgfoid
        where not tgisinternal and pronamespace::regnamespace::text !~ '^pg_' and prosrc ~* '\\mfrom\\s+[a-z]'
          and not exists (select from unnest(proconfig) setting where setting ~ '^search_path=')`,
    );
    expect(floating).toEqual([]);
  });

  it('notifies without a word', async () => {
    const speaking = await names(
      `select oid::regprocedure::text as name from pg_proc where pronamespace::regnamespace::text !~ '^pg_'
         and prosrc ~* 'notify' and prosrc !~* 'pg_notify\\(''[a-z_]+'', ''''\\)'`,
    );
    expect(speaking).toEqual([]);
  });

  it('has canaries planted in every table under row security', async () => {
    const secured = await names(
      `select relation.oid::regclass::text as name from pg_class relation cross join unnest(${ROLES}) role
        where relrowsecurity and ${OURS} and role <> 'merzili_demand'::regrole and has_any_column_privilege(role, relation.oid, 'select')`,
    );
    // Written by people of the Centre for everybody, and by administrators about their own nation.
    const unplanted = [...new Set(secured)].filter(
      (name) => !PLANTED_TABLES.some((planted) => planted === name),
    );
    expect(unplanted).toEqual(['issuer_freeze', 'provision_assessment']);
  });
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
    ['how far a sequence is', 'select last_value from incident_tally_key_seq'],
    ['the next of a sequence', "select nextval('incident_tally_key_seq')"],
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
           title, untranslated, killed, wounded, status, content_hash, written_by, reported_by, created_at, updated_at)
         values (gen_random_uuid(), 15, '${other}-2021-000001', 1, '${other}', 'SHELLING', 'LOW', now(), 'DAY', '{}', 0, 0, 0, 'REPORTED', '', '', '', now(), now())`,
      );
      expect(filed, audience).toMatchObject({ code: '42501' });
    }
  });

  it('cannot tell by a uniqueness error that a reference is taken by a record it does not see', async () => {
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
               title, untranslated, killed, wounded, status, content_hash, written_by, reported_by, created_at, updated_at)
             values (gen_random_uuid(), (select audience_bit('${audience}')), '${taken}', 1, '${audience}', 'SHELLING', 'LOW', now(), 'DAY', '{}', 0, 0, 0, 'REPORTED', '', '', '', now(), now())`,
          );
        expect(await insertion(reference)).toEqual(await insertion(`${originator}-2021-000000`));
      }
    }
  });
});
