-- The migrations that this database has, each written in the transaction that it ran in; compared at every
-- start.
create table migration_checksum (
  -- File name without its ending, such as 0001-create-record.
  name text primary key,
  -- Of its files, as migrations/checksums.json has them.
  checksum text not null,
  -- The release before it, where that works with this migration as well; otherwise null.
  compatible_with text
);
