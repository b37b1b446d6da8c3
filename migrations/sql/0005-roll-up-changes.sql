-- Adds changes to the dimension sets, at most `most` of them. One transaction does so at a time; others
-- return at once. A session that kept the lock would make counts slow, never wrong. Days are those of Baku.
create function roll_up_changes(most integer default null) returns void
language plpgsql set search_path = public, pg_temp as $$
begin
  if not pg_try_advisory_xact_lock(467291002) then return; end if;
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
revoke execute on function roll_up_changes(integer) from public;
