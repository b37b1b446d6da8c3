-- Locks that the server works with. No role but the owner has any right to the table, so nobody else can hold
-- them: only functions that run as the owner, and the owner itself, lock its rows.
create table server_lock (
  name text primary key
);
insert into server_lock (name) values ('event order'), ('aggregates'), ('imports');

-- Locks of each nation. Its role locks its own row, and no other.
create table nation_lock (
  nation text primary key
);
insert into nation_lock (nation) values ('TUR'), ('RUS'), ('AZE');
grant select (nation), update (nation) on nation_lock to merzili_tur, merzili_rus, merzili_aze;

-- Adds changes to the dimension sets, at most `most` of them. One transaction does so at a time; others
-- return at once. Days are those of Baku.
create or replace function roll_up_changes(most integer default null) returns void
language plpgsql set search_path = public, pg_temp as $$
begin
  perform from server_lock where name = 'aggregates' for update skip locked;
  if not found then return; end if;
  with change as (
    delete from incident_aggregate
     where key in (select key from incident_aggregate where dimension_set = 'change' limit most)
    returning audience, place_key, originator, category, severity, status, district_key, day, untranslated,
              incidents, killed, wounded),
  step as (
    -- grouping() has a bit for each dimension that a set leaves out, the first the highest.
    select grouping(
             place_key, originator, category, severity, status, district_key, day, untranslated, month
           ) as left_out,
           audience, place_key, originator, category, severity, status, district_key, day, untranslated,
           month,
           sum(incidents) as incidents, sum(killed) as killed, sum(wounded) as wounded
      from (
        select single as audience, place_key, originator, category, severity, status, district_key, day,
               untranslated, incidents, killed, wounded, date_trunc('month', day::timestamp)::date as month
          from change join unnest(array[1, 2, 4, 8]) single on (change.audience & single) <> 0) seen
     group by grouping sets (
       (audience),
       (audience, category),
       (audience, originator, severity, status),
       (audience, month),
       (audience, category, district_key),
       (audience, district_key, month),
       (audience, day),
       (audience, category, originator, severity, status),
       (audience, category, month),
       (audience, category, place_key),
       (audience, district_key, originator, severity, status),
       (audience, originator, severity, status, month),
       (audience, category, district_key, month),
       (audience, untranslated))
    having sum(incidents) <> 0 or sum(killed) <> 0 or sum(wounded) <> 0)
  insert into incident_aggregate as aggregate (
    dimension_set, audience, place_key, originator, category, severity, status, district_key, day,
    untranslated, incidents, killed, wounded)
  select dimension_set, audience, place_key, originator, category, severity, status, district_key,
         coalesce(day, month), untranslated, incidents, killed, wounded
    from step join (values
      (511, 'total'),
      (447, 'category'),
      (335, 'state'),
      (510, 'month'),
      (439, 'category_district'),
      (502, 'district_month'),
      (507, 'day'),
      (271, 'category_state'),
      (446, 'category_month'),
      (191, 'category_place'),
      (327, 'district_state'),
      (334, 'state_month'),
      (438, 'category_district_month'),
      (509, 'untranslated')
    ) named (left_out, dimension_set) using (left_out)
  on conflict (
    dimension_set, audience, place_key, originator, category, severity, status, district_key, day,
    untranslated, change_number
  ) do update set
    incidents = aggregate.incidents + excluded.incidents,
    killed = aggregate.killed + excluded.killed,
    wounded = aggregate.wounded + excluded.wounded;
end $$;

-- Gives every committed event its offset after all that have one, and answers the last offset given. One
-- caller at a time, each seeing what the one before committed: whoever sees an event sees every event
-- before it. Nothing but the rows decides, so the order outlives a dump and its restore into another
-- cluster; and a transaction that stays open holds up no event but its own.
--
-- Offsets are times, and those given together lie apart at random, so that the distance between two events
-- does not tell whether there are others between them. The clock is read once: read for every row, it could
-- give two rows the same offset.
create or replace function assign_event_order() returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  begins bigint;
begin
  if exists (select from incident_event where event_offset is null) then
    perform from server_lock where name = 'event order' for update;
    select greatest(coalesce(max(event_offset), 0), (extract(epoch from clock_timestamp()) * 1000000)::bigint)
      into begins from incident_event;
    update incident_event set event_offset = assigned.event_offset
      from (
        select key, begins + sum(1 + (random() * 99)::bigint) over (order by seq) as event_offset
          from incident_event where event_offset is null) assigned
     where incident_event.key = assigned.key;
  end if;
  return coalesce((select max(event_offset) from incident_event), 0);
end $$;

-- A session that listens and never reads can fill the queue of notifications, and then every commit that
-- notifies fails. Readers poll as well: above half a queue they do without.
create or replace function notify_incident_event() returns trigger
language plpgsql as $$
begin
  if pg_notification_queue_usage() < 0.5 then perform pg_notify('incident_event', ''); end if;
  return null;
end $$;
