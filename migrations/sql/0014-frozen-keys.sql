-- Thumbprints (RFC 7638) of the keys that the nation's issuers published when they were frozen. A token of
-- such a key does not lift the freeze. Null for a freeze that is older than this column: no token lifts it.
alter table issuer_freeze add column keys text[];

-- Roles that may read and write by whom a freeze is may do so here as well, whatever they are called.
do $$
declare
  reader name;
begin
  for reader in
    select pg_get_userbyid(granted.grantee)
      from pg_attribute, aclexplode(attacl) granted
     where attrelid = 'issuer_freeze'::regclass and attname = 'frozen_by' and privilege_type = 'SELECT'
  loop
    execute format('grant select (keys), insert (keys) on issuer_freeze to %I', reader);
  end loop;
end $$;
