-- The content of an incident as its rows say it. Temporary tables come last in the search path: nobody can
-- slip these functions a table of its own.

-- The nation whose role is logged in; null for the owner and everybody else.
create function writing_nation() returns text
language sql stable parallel safe
return case current_user
  when 'merzili_tur' then 'TUR' when 'merzili_rus' then 'RUS' when 'merzili_aze' then 'AZE' end;

create function iso_time(instant timestamptz) returns text
language sql stable parallel safe
return to_char(instant at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

-- textContent() of src/modules/incidents/write/content.ts.
create function text_content(body jsonb) returns jsonb
language sql immutable parallel safe
return case when body is not null then jsonb_build_object(
  'source', body -> 'source',
  'texts', (
    select jsonb_object_agg(key, jsonb_build_object('text', value -> 'text', 'status', value -> 'status'))
      from jsonb_each(body -> 'texts'))) end;

-- What only the originator may change of a text: its language, its revision and its own words.
create function source_of(body jsonb) returns jsonb
language sql immutable parallel safe
return jsonb_build_array(body -> 'source', body -> 'revision', body -> 'texts' -> (body ->> 'source'));

-- IncidentContent of src/modules/incidents/write/content.ts, from the rows as they stand.
create function recorded_content(of_incident uuid) returns jsonb
language sql stable set search_path = public, pg_temp as $$
  select jsonb_build_object(
    'category', category,
    'severity', severity,
    'occurredFrom', iso_time(occurred_from),
    'occurredTo', iso_time(occurred_to),
    'timePrecision', time_precision,
    'place', (select code from place where place.key = place_key),
    'position', case when latitude is not null then
      jsonb_build_object('latitude', latitude, 'longitude', longitude, 'precision', geo_precision) end,
    'title', text_content(title),
    'narrative', text_content(narrative),
    'claims', coalesce((
      select jsonb_agg(jsonb_build_object(
        'claimant', claimant.code, 'attributedTo', attributed.code, 'sourceType', source_type,
        'sourceUrl', source_url, 'statement', text_content(statement)) order by ordinal)
      from claim join party claimant on claimant.key = claimant_key
           left join party attributed on attributed.key = attributed_to_key
      where incident_key = of_incident), '[]'),
    'casualties', coalesce((
      select jsonb_agg(jsonb_build_object('party', party.code, 'group', "group",
        'killed', killed, 'wounded', wounded, 'detained', detained) order by ordinal)
      from casualties left join party on party.key = party_key
      where incident_key = of_incident), '[]'),
    'provisions', coalesce((
      select jsonb_agg(provision.code order by ordinal)
      from incident_provision join provision on provision.key = provision_key
      where incident_key = of_incident), '[]'))
  from incident where key = of_incident
$$;

-- statusOf() of src/modules/incidents: the status that the verdicts of both contingents make.
create function assessed_status(of_incident uuid, of_version integer, of_hash text) returns text
language sql stable set search_path = public, pg_temp as $$
  select case
      when count(*) = 0 then 'REPORTED'
      when count(*) = 1 then 'AWAITING_COUNTERSIGN'
      when min(verdict) <> max(verdict) then 'DISPUTED'
      when min(verdict) = 'CONFIRMED' then 'JOINTLY_CONFIRMED'
      when min(verdict) = 'REFUTED' then 'JOINTLY_REFUTED'
      else 'INCONCLUSIVE' end
  from (
    select distinct on (nation) verdict from assessment
     where incident_key = of_incident and version = of_version and content_hash = of_hash
       and nation in ('TUR', 'RUS')
     order by nation, assessed_at desc, key desc) latest
$$;
