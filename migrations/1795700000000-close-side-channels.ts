import type { MigrationInterface, QueryRunner } from 'typeorm';

const NATIONS = { merzili_tur: 'TUR', merzili_rus: 'RUS', merzili_aze: 'AZE' } as const;

/** Numbers that hidden records use up as well, or that tell of others at work; nobody reads them. */
const NUMBERED_COLUMNS = ['incident_tally.key', 'incident_tally.change', 'incident_event.seq'];

/**
 * Where a role may read a whole table under row security, it is granted the columns instead: the system
 * columns of its rows (ctid, xmin) would tell how many rows lie between them that are hidden.
 */
const GRANT_COLUMNS = `do $$
declare
  granted record;
begin
  for granted in
    select relation.oid::regclass as name, role.rolname as role,
           string_agg(quote_ident(attname), ', ') filter (
             where relation.relname || '.' || attname <> all (array['${NUMBERED_COLUMNS.join("', '")}'])) as columns
      from pg_class relation
      join pg_namespace namespace on namespace.oid = relation.relnamespace and namespace.nspname not like 'pg\\_%'
      cross join lateral aclexplode(relation.relacl) acl
      join pg_roles role on role.oid = acl.grantee and role.rolname ~ '^merzili_(tur|rus|aze|public)$'
      join pg_attribute attribute on attrelid = relation.oid and attnum > 0 and not attisdropped
     where relation.relrowsecurity and acl.privilege_type = 'SELECT'
     group by 1, 2
  loop
    execute format('revoke select on %s from %I', granted.name, granted.role);
    execute format('grant select (%s) on %s to %I', granted.columns, granted.name, granted.role);
  end loop;
end $$`;

const GRANT_TABLES = `do $$
declare
  granted record;
begin
  for granted in
    select relation.oid::regclass as name, role.rolname as role
      from pg_class relation
      join pg_namespace namespace on namespace.oid = relation.relnamespace and namespace.nspname not like 'pg\\_%'
      cross join (select rolname from pg_roles where rolname ~ '^merzili_(tur|rus|aze|public)$') role
     where relation.relkind = 'r' and relation.relrowsecurity
       and not has_table_privilege(role.rolname, relation.oid, 'select')
       and (select count(*) from pg_attribute where attrelid = relation.oid and attnum > 0 and not attisdropped)
         - (select count(*) from unnest(array['${NUMBERED_COLUMNS.join("', '")}']) numbered
             where split_part(numbered, '.', 1) = relation.relname)
         = (select count(*) from pg_attribute where attrelid = relation.oid and attnum > 0 and not attisdropped
               and has_column_privilege(role.rolname, relation.oid, attnum, 'select'))
  loop
    execute format('grant select on %s to %I', granted.name, granted.role);
  end loop;
end $$`;

/** A nation's issuers, refused as long as its row is here; its administrator alone writes it. */
const FREEZE = [
  `create table issuer_freeze (
    nation text primary key,
    frozen_by text not null,
    frozen_at timestamptz(3) not null)`,
  'alter table issuer_freeze enable row level security',
  'alter table issuer_freeze force row level security',
  'create policy owner on issuer_freeze to current_user using (true) with check (true)',
  ...Object.entries(NATIONS).flatMap(([role, nation]) => [
    `create policy own_of_${role} on issuer_freeze for select to ${role} using (nation = '${nation}')`,
    `create policy frozen_by_${role} on issuer_freeze for insert to ${role} with check (nation = '${nation}')`,
    `create policy unfrozen_by_${role} on issuer_freeze for delete to ${role} using (nation = '${nation}')`,
  ]),
  `grant select, insert, delete on issuer_freeze to ${Object.keys(NATIONS).join(', ')}`,
];

/** Closes what plain SQL of a nation's role could tell of hidden rows, and lets nations freeze their issuers. */
export class CloseSideChannels1795700000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const statements = [
      ...FREEZE,
      // Or a temporary table of a role's own could stand in for the places.
      'alter function derive_incident() set search_path = public, pg_temp',
      GRANT_COLUMNS,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(GRANT_TABLES);
    await runner.query('alter function derive_incident() reset search_path');
    await runner.query('drop table issuer_freeze');
  }
}
