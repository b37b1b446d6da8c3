-- As before, but statements with more than 64 changes do not roll up as they go. An import rolls up once, at
-- its end: after each batch it would read past all the changes that its transaction has rolled up before.
create or replace function record_aggregate_insert() returns trigger
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
  select bool_or(change_number % 64 = 0) and count(*) <= 64 into is_due from recorded;
  if is_due then perform roll_up_changes(512); end if;
  return null;
end $$;
