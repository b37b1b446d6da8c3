/** Statistics of relations, which count rows whoever sees them; and the sizes of files, which follow. */
const TELLTALE_FUNCTIONS = `
  select oid::regprocedure as name from pg_proc
   where pronamespace = 'pg_catalog'::regnamespace
     and (proname ~ '^pg_stat_get_' and proargtypes = '26'::oidvector
       or proname in ('pg_relation_size', 'pg_table_size', 'pg_indexes_size', 'pg_total_relation_size', 'pg_database_size'))`;

const TELLTALE_COLUMNS = ['reltuples', 'relpages', 'relallvisible', 'relallfrozen'];

/**
 * Keeps from everybody but the owner and monitors what the catalogue tells of the number of rows in a
 * table, hidden ones included. Takes a superuser, and does nothing for anybody else. It may be repeated.
 */
const closing = (owner: string): string => `do $$
declare
  owner constant text := ${owner};
  telltale record;
begin
  if not (select rolsuper from pg_roles where rolname = current_user) then return; end if;
  if not has_table_privilege('public', 'pg_class', 'select') then return; end if;
  for telltale in ${TELLTALE_FUNCTIONS} loop
    execute format('revoke execute on function %s from public', telltale.name);
    execute format('grant execute on function %s to pg_monitor, %I', telltale.name, owner);
  end loop;
  execute format('grant select on pg_catalog.pg_class to pg_monitor, %I', owner);
  revoke select on pg_catalog.pg_class from public;
  execute (select format('grant select (%s) on pg_catalog.pg_class to public', string_agg(quote_ident(attname), ', '))
             from pg_attribute where attrelid = 'pg_catalog.pg_class'::regclass and attnum > 0 and not attisdropped
              and attname <> all (array['${TELLTALE_COLUMNS.join("', '")}']));
end $$`;

/** Or a role could put tables of its own before those that a function means. */
const NO_TEMPORARY_TABLES = `do $$ begin
  execute format('revoke temporary on database %I from public', current_database());
end $$`;

const DATABASE_OWNER = '(select pg_get_userbyid(datdba) from pg_database where datname = current_database())';

/**
 * Closes the database to what plain SQL could learn or do besides reading tables; asked again at every boot.
 * `owner` names the role that keeps its rights, when it is not the database's owner.
 */
export async function closeCatalogue(
  query: (statement: string) => Promise<unknown>,
  owner?: string,
): Promise<void> {
  await query(NO_TEMPORARY_TABLES);
  await query(closing(owner === undefined ? DATABASE_OWNER : `'${owner}'`));
}
