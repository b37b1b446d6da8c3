/** Functions of statistics that count hidden rows as well, and of file sizes, which reveal the same. */
const REVEALING_FUNCTIONS = `
  select oid::regprocedure as name from pg_proc
   where pronamespace = 'pg_catalog'::regnamespace
     and (proname ~ '^pg_stat_get_' and proargtypes = '26'::oidvector
       or proname in ('pg_relation_size', 'pg_table_size', 'pg_indexes_size', 'pg_total_relation_size', 'pg_database_size'))`;

const TELLTALE_COLUMNS = ['reltuples', 'relpages', 'relallvisible', 'relallfrozen'];

/**
 * Revokes access to catalogs that reveal the number of rows of a table, from all roles but the owner and monitors.
 * Needs a superuser; without one it has no effect. May be repeated.
 */
const closing = (owner: string): string => `do $$
declare
  owner constant text := ${owner};
  telltale record;
begin
  if not (select rolsuper from pg_roles where rolname = current_user) then return; end if;
  if not has_table_privilege('public', 'pg_class', 'select') then return; end if;
  for telltale in ${REVEALING_FUNCTIONS} loop
    execute format('revoke execute on function %s from public', telltale.name);
    execute format('grant execute on function %s to pg_monitor, %I', telltale.name, owner);
  end loop;
  execute format('grant select on pg_catalog.pg_class to pg_monitor, %I', owner);
  revoke select on pg_catalog.pg_class from public;
  execute (select format('grant select (%s) on pg_catalog.pg_class to public', string_agg(quote_ident(attname), ', '))
             from pg_attribute where attrelid = 'pg_catalog.pg_class'::regclass and attnum > 0 and not attisdropped
              and attname <> all (array['${TELLTALE_COLUMNS.join("', '")}']));
end $$`;

/**
 * Functions by which a role could hold up others or fill the disk without writing to any table: advisory locks, large
 * objects, messages in the write-ahead log, and snapshots that outlive their query. The server itself uses none.
 */
const MEANS_OF_HARM = `
  select oid::regprocedure as name from pg_proc
   where pronamespace = 'pg_catalog'::regnamespace and has_function_privilege('public', oid, 'execute')
     and (proname ~ '^pg_(try_)?advisory_'
       or proname in ('lo_creat', 'lo_create', 'lo_from_bytea', 'lo_open', 'lo_put', 'lo_truncate', 'lo_truncate64',
         'lowrite', 'pg_logical_emit_message', 'pg_export_snapshot'))`;

/** Keeps those functions from everybody but the owner. Takes a superuser, and does nothing for anybody else. */
const disarming = (owner: string): string => `do $$
declare
  owner constant text := ${owner};
  means record;
begin
  if not (select rolsuper from pg_roles where rolname = current_user) then return; end if;
  for means in ${MEANS_OF_HARM} loop
    execute format('revoke execute on function %s from public', means.name);
    execute format('grant execute on function %s to %I', means.name, owner);
  end loop;
end $$`;

/** Otherwise a role could create temporary tables that functions find before those they mean. */
const NO_TEMPORARY_TABLES = `do $$ begin
  execute format('revoke temporary on database %I from public', current_database());
end $$`;

const DATABASE_OWNER = '(select pg_get_userbyid(datdba) from pg_database where datname = current_database())';

/**
 * Revokes what plain SQL could learn or do besides reading tables. It runs at every boot. `owner` is the role that
 * keeps its rights, if it is not the owner of the database.
 */
export async function closeCatalogue(
  query: (statement: string) => Promise<unknown>,
  owner?: string,
): Promise<void> {
  await query(NO_TEMPORARY_TABLES);
  const ownerName = owner === undefined ? DATABASE_OWNER : `'${owner}'`;
  await query(closing(ownerName));
  await query(disarming(ownerName));
}
