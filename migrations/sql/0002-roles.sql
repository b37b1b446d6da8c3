-- The login role :role. Other databases of the cluster may have made it.
do $$
begin
  create role :role login nosuperuser nocreatedb nocreaterole noinherit noreplication;
exception when duplicate_object or unique_violation then null;
end $$;
