import { expect } from 'vitest';
import type { SqlWorld } from './plain-sql.js';
import { PLANTED_TABLES } from './planting.js';
import { APPLICATION_ROLES, CALLABLE_DEFINERS, DEFINER_FUNCTIONS, OPEN_TABLES } from './table-rights.js';

/** Something that must hold; throws what it found when it does not. */
export interface Check {
  readonly name: string;
  check(world: SqlWorld): Promise<void>;
}

/** Answers of one column `name`, sorted. */
async function ask(world: SqlWorld, query: string, values: unknown[] = []): Promise<string[]> {
  const { rows } = await world.owner.query<{ name: string }>(query, values);
  return rows.map(({ name }) => name).sort();
}

/** Everything that is ours: whatever lies outside PostgreSQL's own schemas and belongs to no extension. */
const OURS = `relnamespace::regnamespace::text !~ '^(pg_|information_schema)'
  and not exists (select from pg_depend where objid = relation.oid and classid = 'pg_class'::regclass and deptype = 'e')`;
const ROLES = `'{${APPLICATION_ROLES.join(',')}}'::regrole[]`;

/** What the catalogue must say of tables, policies, roles and functions, whatever there will be of them. */
export const CATALOGUE_CHECKS: readonly Check[] = [
  {
    name: 'has row security enabled and forced on every table that is not everybody’s',
    async check(world) {
      const relations =
        "select relation.oid::regclass::text as name from pg_class relation where relkind in ('r', 'p', 'f', 'm')";
      const open = await ask(
        world,
        `${relations} and ${OURS} and not (relrowsecurity and relforcerowsecurity)`,
      );
      expect(open).toEqual(Object.keys(OPEN_TABLES).sort());
    },
  },
  {
    name: 'has no table of everybody’s with a column that names an audience or a nation',
    async check(world) {
      const carrying = await ask(
        world,
        `select relation.oid::regclass || '.' || attname as name from pg_class relation join pg_attribute on attrelid = relation.oid
        where relkind in ('r', 'p', 'f', 'm') and ${OURS} and not relrowsecurity and attnum > 0
          and attname ~ '(audience|nation|originator|mask)'`,
      );
      // The contingents' strengths are stated in the agreement.
      expect(carrying).toEqual(['contingent.nation']);
    },
  },
  {
    name: 'has no partitions, children, foreign tables or materialised views, which rows could be read through',
    async check(world) {
      const roads = await ask(
        world,
        `select relation.oid::regclass::text as name from pg_class relation
        where ${OURS} and (relkind in ('m', 'f', 'p') or relispartition or exists (select from pg_inherits where inhrelid = relation.oid)
          and relkind = 'r')`,
      );
      expect(roads).toEqual([]);
    },
  },
  {
    name: 'has views only that ask as whoever asks them',
    async check(world) {
      const views = await ask(
        world,
        `select relation.oid::regclass::text as name from pg_class relation where relkind = 'v' and ${OURS}
         and not coalesce(reloptions @> '{security_invoker=true}' or reloptions @> '{security_invoker=on}', false)`,
      );
      expect(views).toEqual([]);
    },
  },
  {
    name: 'has for everything a role may do with a table under row security a policy that says to which rows, and no other',
    async check(world) {
      const commands =
        "(values ('r', 'select'), ('a', 'insert'), ('w', 'update'), ('d', 'delete')) command (letter, privilege)";
      const differing = await ask(
        world,
        `select role::text || ' ' || privilege || ' ' || relation.oid::regclass as name
           from pg_class relation cross join unnest(${ROLES}) role cross join ${commands}
          where relrowsecurity and ${OURS}
            and (case when letter = 'd' then has_table_privilege(role, relation.oid, 'delete')
                      else has_any_column_privilege(role, relation.oid, privilege) end)
              <> (exists (select from pg_policy where polrelid = relation.oid and polcmd::text in (letter, '*') and role = any (polroles)))`,
      );
      expect(differing).toEqual([]);
    },
  },
  {
    name: 'has no policy for everybody, and none of a nation that is about another',
    async check(world) {
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
    },
  },
  {
    name: 'holds TUR and RUS to the same rules, and AZE to all but those of joint command',
    async check(world) {
      const rulesOf = async (nation: string, bit: number): Promise<string[]> => {
        const role = `merzili_${nation.toLowerCase()}`;
        const rules = await ask(
          world,
          `select polrelid::regclass || ': ' || polname || ' ' || polcmd::text || ' ' ||
                  concat_ws(' / ', pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid)) as name
             from pg_policy where $1::regrole = any (polroles)
           union all
           select relation.oid::regclass || ': ' || privilege_type from pg_class relation cross join aclexplode(relacl)
            where grantee = $1::regrole
           union all
           select attrelid::regclass || '.' || attname || ': ' || privilege_type from pg_attribute cross join aclexplode(attacl)
            where grantee = $1::regrole`,
          [role],
        );
        return rules
          .map((rule) =>
            rule
              .replaceAll(role, 'role')
              .replaceAll(`'${nation}`, "'NATION")
              // The bit of its own, wherever audiences are looked at.
              .replaceAll(new RegExp(`(audience\\)?(?:::integer)? & )${bit}\\)`, 'g'), '$1BIT)')
              .replaceAll(`(3 | ${bit})`, '(3 | BIT)'),
          )
          .sort();
      };
      const [tur, rus, aze] = [await rulesOf('TUR', 1), await rulesOf('RUS', 2), await rulesOf('AZE', 4)];
      expect(rus).toEqual(tur);
      expect(aze.filter((rule) => !tur.includes(rule))).toEqual([]);
      const ofJointCommand = tur
        .filter((rule) => !aze.includes(rule))
        .map((rule) => /^[\w.]+?(?=[.:])/.exec(rule)?.[0]);
      expect([...new Set(ofJointCommand)].sort()).toEqual([
        'assessment',
        'assessment_note',
        'provision_assessment',
        'release_consent',
      ]);
    },
  },
  {
    name: 'has roles that are nothing but logins',
    async check(world) {
      const powers = await ask(
        world,
        `select rolname as name from pg_roles where oid = any (${ROLES}::oid[])
         and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication or not rolcanlogin or rolconfig is not null)`,
      );
      expect(powers).toEqual([]);
      const all = await ask(
        world,
        "select rolname as name from pg_roles where rolname like 'merzili\\_%' and rolname <> current_user",
      );
      expect(all.filter((name) => name !== 'merzili_owner')).toEqual([...APPLICATION_ROLES].sort());
      const memberships = await ask(
        world,
        `select member::regrole || ' in ' || roleid::regrole as name from pg_auth_members where member = any (${ROLES}::oid[])`,
      );
      expect(memberships).toEqual([]);
    },
  },
  {
    name: 'has roles that own nothing',
    async check(world) {
      const owned = await ask(
        world,
        `select distinct classid::regclass || ' ' || objid as name from pg_shdepend
        where refclassid = 'pg_authid'::regclass and refobjid = any (${ROLES}::oid[]) and deptype = 'o'
          and dbid in (0, (select oid from pg_database where datname = current_database()))`,
      );
      expect(owned).toEqual([]);
      expect(await ask(world, 'select defaclrole::regrole::text as name from pg_default_acl')).toEqual([]);
    },
  },
  {
    name: 'grants roles nothing but reading and writing rows, and nobody the right to grant',
    async check(world) {
      const granted = await ask(
        world,
        `select distinct coalesce(rolname, 'public') || ': ' || privilege_type || ' on ' || relation.oid::regclass as name
         from pg_class relation cross join aclexplode(relacl) acl left join pg_roles on pg_roles.oid = grantee
        where ${OURS} and grantee <> relowner and relkind <> 'S'
          and (grantee = 0 or is_grantable or privilege_type not in ('SELECT', 'INSERT', 'UPDATE', 'DELETE'))`,
      );
      expect(granted).toEqual([]);
      const sequences = await ask(
        world,
        `select relation.oid::regclass::text as name from pg_class relation cross join unnest(${ROLES}) role
        where relkind = 'S' and ${OURS} and has_sequence_privilege(role, relation.oid, 'usage, select, update')`,
      );
      expect(sequences).toEqual([]);
    },
  },
  {
    name: 'grants the role that counts costs nothing of the record',
    async check(world) {
      const granted = await ask(
        world,
        `select relation.oid::regclass::text as name from pg_class relation
        where relkind in ('r', 'p', 'v', 'm', 'f', 'S') and ${OURS}
          and (has_any_column_privilege('merzili_demand', relation.oid, 'select, insert, update, references')
            or relkind <> 'S' and has_table_privilege('merzili_demand', relation.oid, 'delete, truncate, trigger'))`,
      );
      expect(granted).toEqual(['cost_budget', 'migration_checksum']);
    },
  },
  {
    name: 'lets roles make nothing, not for a moment either',
    async check(world) {
      const makers = await ask(
        world,
        `select role || ' in ' || nspname as name from pg_namespace cross join unnest(${ROLES}) role
        where has_schema_privilege(role, pg_namespace.oid, 'create')
       union all
       select role || ' in ' || datname from pg_database cross join unnest(${ROLES}) role
        where datname = current_database() and has_database_privilege(role, pg_database.oid, 'create, temporary')`,
      );
      expect(makers).toEqual([]);
    },
  },
  {
    name: 'runs as their owner only the functions listed with a reason, on a fixed path',
    async check(world) {
      const definers = 'select oid::regprocedure::text as name from pg_proc where prosecdef';
      const ours = "pronamespace::regnamespace::text !~ '^(pg_|information_schema)'";
      expect(await ask(world, `${definers} and ${ours}`)).toEqual(Object.keys(DEFINER_FUNCTIONS).sort());
      const floating = await ask(
        world,
        `${definers} and ${ours} and not exists (select from unnest(proconfig) setting where setting ~ '^search_path=.*, pg_temp$')`,
      );
      expect(floating).toEqual([]);
      const callable = await ask(
        world,
        `${definers} and ${ours} and exists (select from unnest(${ROLES}) role where has_function_privilege(role, pg_proc.oid, 'execute'))`,
      );
      expect(callable).toEqual([...CALLABLE_DEFINERS].sort());
      const everybodys = await ask(
        world,
        `${definers} and ${ours} and (proacl is null or exists (select from aclexplode(proacl) where grantee = 0))`,
      );
      expect(everybodys).toEqual([]);
    },
  },
  {
    name: 'fixes the path of every trigger function that reads tables',
    async check(world) {
      const floating = await ask(
        world,
        `select distinct pg_proc.oid::regprocedure::text as name from pg_trigger join pg_proc on pg_proc.oid = tgfoid
        where not tgisinternal and pronamespace::regnamespace::text !~ '^pg_' and prosrc ~* '\\mfrom\\s+[a-z]'
          and not exists (select from unnest(proconfig) setting where setting ~ '^search_path=')`,
      );
      expect(floating).toEqual([]);
    },
  },
  {
    name: 'notifies without a word',
    async check(world) {
      const speaking = await ask(
        world,
        `select oid::regprocedure::text as name from pg_proc where pronamespace::regnamespace::text !~ '^pg_'
         and prosrc ~* 'notify' and prosrc !~* 'pg_notify\\(''[a-z_]+'', ''''\\)'`,
      );
      expect(speaking).toEqual([]);
    },
  },
  {
    name: 'has canaries planted in every table under row security',
    async check(world) {
      const secured = await ask(
        world,
        `select relation.oid::regclass::text as name from pg_class relation cross join unnest(${ROLES}) role
        where relrowsecurity and ${OURS} and role <> 'merzili_demand'::regrole and has_any_column_privilege(role, relation.oid, 'select')`,
      );
      // Written by people of the Centre for everybody, and by administrators about their own nation; or one row each.
      const unplanted = [...new Set(secured)].filter(
        (name) => !PLANTED_TABLES.some((planted) => planted === name),
      );
      expect(unplanted).toEqual(['issuer_freeze', 'nation_lock', 'provision_assessment']);
    },
  },
];
