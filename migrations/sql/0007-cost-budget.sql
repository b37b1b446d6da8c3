-- A leaky bucket for each subject: `level` is what was in it at `at`, and it runs out at the restore rate.
-- Unlogged: losing it in a crash only forgives what was asked for. `subject` is a SHA-256.
create unlogged table cost_budget (
  subject bytea primary key check (octet_length(subject) = 32),
  level double precision not null check (level >= 0),
  at timestamptz not null
) with (fillfactor = 50);

alter table cost_budget enable row level security;
alter table cost_budget force row level security;
create policy demand on cost_budget to merzili_demand using (true) with check (true);

-- Reserves cost, by the database's clock, so that processes need not agree on the time. Grants all that is
-- requested or what remains, but nothing where that is less than `needed`. What was used on top of a
-- reservation comes as a negative return, so that a bucket can be more than full; then `remaining` is below
-- zero.
create function reserve_cost(
  of_subject bytea, needed double precision, requested double precision, returned double precision,
  budget double precision, restore_rate double precision,
  out granted double precision, out remaining double precision
)
language plpgsql set search_path = pg_catalog, public as $$
declare
  filled double precision;
begin
  insert into cost_budget (subject, level, at) values (of_subject, 0, clock_timestamp())
    on conflict (subject) do nothing;
  select greatest(0, level - returned - restore_rate * extract(epoch from clock_timestamp() - at)::float8)
    into filled from cost_budget where subject = of_subject for update;
  -- delete_empty_cost_budgets() may have removed it in between: then it was empty.
  filled := coalesce(filled, 0);
  remaining := budget - filled;
  granted := case when remaining >= needed then least(requested, remaining) else 0 end;
  remaining := remaining - granted;
  update cost_budget set level = filled + granted, at = clock_timestamp() where subject = of_subject;
end $$;

-- Removes buckets that have run out.
create function delete_empty_cost_budgets(restore_rate double precision) returns void
language sql set search_path = pg_catalog, public as $$
  delete from cost_budget where level <= restore_rate * extract(epoch from clock_timestamp() - at)
$$;

revoke execute on function reserve_cost, delete_empty_cost_budgets from public;
grant select, insert, update, delete on cost_budget to merzili_demand;
grant execute on function reserve_cost, delete_empty_cost_budgets to merzili_demand;
