-- Every statement on incidents records its change as rows of its own, which wait for nobody. About every
-- 64th change is followed by rolling up 512 at most, lest a write after an import take long. The functions
-- run as their owner because no role may write aggregates; they read nothing but the rows of the statement,
-- and the aggregates.

create function record_aggregate_insert() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  is_due boolean;
begin
  with recorded as (
    insert into incident_aggregate (
      dimension_set, audience, place_key, originator, category, severity, status, district_key, day,
      untranslated, change_number, incidents, killed, wounded)
    select 'change', audience, place_key, originator, category, severity, status, district_key, day,
           untranslated, nextval('incident_aggregate_change_number_seq'),
           sum(incidents) as incidents, sum(killed) as killed, sum(wounded) as wounded
      from (
        select audience, place_key, originator, category, severity, status, district_key, untranslated,
               (occurred_from at time zone 'Asia/Baku')::date as day, 1 as incidents, killed, wounded
          from added) step
     group by audience, place_key, originator, category, severity, status, district_key, day, untranslated
    having sum(incidents) <> 0 or sum(killed) <> 0 or sum(wounded) <> 0
    returning change_number)
  select bool_or(change_number % 64 = 0) into is_due from recorded;
  if is_due then perform roll_up_changes(512); end if;
  return null;
end $$;
revoke execute on function record_aggregate_insert() from public;
create trigger record_aggregate_insert after insert on incident referencing new table as added
  for each statement execute function record_aggregate_insert();

create function record_aggregate_update() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  is_due boolean;
begin
  with recorded as (
    insert into incident_aggregate (
      dimension_set, audience, place_key, originator, category, severity, status, district_key, day,
      untranslated, change_number, incidents, killed, wounded)
    select 'change', audience, place_key, originator, category, severity, status, district_key, day,
           untranslated, nextval('incident_aggregate_change_number_seq'),
           sum(incidents) as incidents, sum(killed) as killed, sum(wounded) as wounded
      from (
        select audience, place_key, originator, category, severity, status, district_key, untranslated,
               (occurred_from at time zone 'Asia/Baku')::date as day, 1 as incidents, killed, wounded
          from added
        union all
        select audience, place_key, originator, category, severity, status, district_key, untranslated,
               (occurred_from at time zone 'Asia/Baku')::date as day, -1 as incidents, -killed as killed,
               -wounded as wounded
          from removed) step
     group by audience, place_key, originator, category, severity, status, district_key, day, untranslated
    having sum(incidents) <> 0 or sum(killed) <> 0 or sum(wounded) <> 0
    returning change_number)
  select bool_or(change_number % 64 = 0) into is_due from recorded;
  if is_due then perform roll_up_changes(512); end if;
  return null;
end $$;
revoke execute on function record_aggregate_update() from public;
create trigger record_aggregate_update after update on incident
  referencing new table as added old table as removed
  for each statement execute function record_aggregate_update();

create function record_aggregate_delete() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  is_due boolean;
begin
  with recorded as (
    insert into incident_aggregate (
      dimension_set, audience, place_key, originator, category, severity, status, district_key, day,
      untranslated, change_number, incidents, killed, wounded)
    select 'change', audience, place_key, originator, category, severity, status, district_key, day,
           untranslated, nextval('incident_aggregate_change_number_seq'),
           sum(incidents) as incidents, sum(killed) as killed, sum(wounded) as wounded
      from (
        select audience, place_key, originator, category, severity, status, district_key, untranslated,
               (occurred_from at time zone 'Asia/Baku')::date as day, -1 as incidents, -killed as killed,
               -wounded as wounded
          from removed) step
     group by audience, place_key, originator, category, severity, status, district_key, day, untranslated
    having sum(incidents) <> 0 or sum(killed) <> 0 or sum(wounded) <> 0
    returning change_number)
  select bool_or(change_number % 64 = 0) into is_due from recorded;
  if is_due then perform roll_up_changes(512); end if;
  return null;
end $$;
revoke execute on function record_aggregate_delete() from public;
create trigger record_aggregate_delete after delete on incident referencing old table as removed
  for each statement execute function record_aggregate_delete();
