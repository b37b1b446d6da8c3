import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Counts what subjects ask for, and reads or writes nothing else. */
const ROLE = 'merzili_demand';

/**
 * A leaky bucket for each subject: `level` is what was in it at `at`, and it runs out at the restore rate.
 * Unlogged, since losing it in a crash only forgives what was asked for. `subject` is a SHA-256.
 */
const TABLE = `create unlogged table cost_budget (
  subject bytea primary key check (octet_length(subject) = 32),
  level double precision not null check (level >= 0),
  at timestamptz not null
) with (fillfactor = 50)`;

/**
 * By the database's clock, so that processes need not agree on the time. What was used on top of a lease comes
 * as a negative return, so that a bucket can be more than full; then \`remaining\` is below zero.
 */
const LEASE = `create function lease_cost(
  of_subject bytea, needed double precision, wanted double precision, returned double precision,
  budget double precision, restore_rate double precision,
  out granted double precision, out remaining double precision
) language plpgsql set search_path = pg_catalog, public as $$
declare
  filled double precision;
begin
  insert into cost_budget (subject, level, at) values (of_subject, 0, clock_timestamp())
    on conflict (subject) do nothing;
  select greatest(0, level - returned - restore_rate * extract(epoch from clock_timestamp() - at)::float8)
    into filled from cost_budget where subject = of_subject for update;
  -- Removed by tidying in between: then it was empty.
  filled := coalesce(filled, 0);
  remaining := budget - filled;
  granted := case when remaining >= needed then least(wanted, remaining) else 0 end;
  remaining := remaining - granted;
  update cost_budget set level = filled + granted, at = clock_timestamp() where subject = of_subject;
end $$`;

/** Removes buckets that have run out. */
const TIDY = `create function tidy_cost_budget(restore_rate double precision) returns void
language sql set search_path = pg_catalog, public as $$
  delete from cost_budget where level <= restore_rate * extract(epoch from clock_timestamp() - at)
$$`;

export class CreateCostBudget1795650000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`do $$ begin
      create role ${ROLE} login nosuperuser nocreatedb nocreaterole noinherit noreplication;
    exception when duplicate_object or unique_violation then null; end $$`);
    await runner.query(TABLE);
    await runner.query('alter table cost_budget enable row level security');
    await runner.query('alter table cost_budget force row level security');
    await runner.query(`create policy demand on cost_budget to ${ROLE} using (true) with check (true)`);
    await runner.query(LEASE);
    await runner.query(TIDY);
    await runner.query('revoke execute on function lease_cost, tidy_cost_budget from public');
    await runner.query(`grant usage on schema public to ${ROLE}`);
    await runner.query(`grant select, insert, update, delete on cost_budget to ${ROLE}`);
    await runner.query(`grant execute on function lease_cost, tidy_cost_budget to ${ROLE}`);
  }

  /** The role stays: other databases of the cluster may use it. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop function lease_cost, tidy_cost_budget');
    await runner.query('drop table cost_budget');
    await runner.query(`revoke usage on schema public from ${ROLE}`);
  }
}
