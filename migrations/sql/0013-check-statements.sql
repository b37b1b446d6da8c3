-- What holds at every commit is checked once for each statement of a session that is not a nation's, as an
-- import is, and not once for each row. Sessions of nations are checked row by row, as before.

-- The contents of incidents as their rows say them: IncidentContent of
-- src/modules/incidents/write/content.ts.
create function recorded_contents(keys uuid[]) returns table (incident_key uuid, content jsonb)
language sql stable set search_path = public, pg_temp as $$
  select incident.key, jsonb_build_object(
    'category', category,
    'severity', severity,
    'occurredFrom', iso_time(occurred_from),
    'occurredTo', iso_time(occurred_to),
    'timePrecision', time_precision,
    'place', (select code from place where place.key = place_key),
    'position', case when latitude is not null then
      jsonb_build_object('latitude', latitude, 'longitude', longitude, 'precision', geo_precision) end,
    'title', text_content(title),
    'narrative', case when narrative is not null then text_content(narrative) end,
    'claims', coalesce((
      select jsonb_agg(jsonb_build_object(
        'claimant', claimant.code, 'attributedTo', attributed.code, 'sourceType', source_type,
        'sourceUrl', source_url,
        'statement', case when statement is not null then text_content(statement) end) order by ordinal)
      from claim join party claimant on claimant.key = claimant_key
           left join party attributed on attributed.key = attributed_to_key
      where claim.incident_key = incident.key), '[]'),
    'casualties', coalesce((
      select jsonb_agg(jsonb_build_object('party', party.code, 'group', "group",
        'killed', casualties.killed, 'wounded', casualties.wounded, 'detained', detained) order by ordinal)
      from casualties left join party on party.key = party_key
      where casualties.incident_key = incident.key), '[]'),
    'provisions', coalesce((
      select jsonb_agg(provision.code order by ordinal)
      from incident_provision join provision on provision.key = provision_key
      where incident_provision.incident_key = incident.key), '[]'))
  from unnest(keys) given (key) join incident on incident.key = given.key
$$;

-- One definition for one incident and for many.
create or replace function recorded_content(of_incident uuid) returns jsonb
language sql stable set search_path = public, pg_temp as $$
  select content from recorded_contents(array[of_incident])
$$;

-- Raises an error unless of every incident what check_incident() and the checks of its parts say is true.
create function check_incidents(keys uuid[]) returns void
language plpgsql set search_path = public, pg_temp as $$
declare
  failed record;
begin
  select bool_or(
           revision.content_hash is distinct from incident.content_hash
           or encode(sha256(convert_to(revision.content, 'UTF8')), 'hex')
             is distinct from incident.content_hash
           or revision.content::jsonb is distinct from recorded.content) as content,
         bool_or((incident.killed, incident.wounded) is distinct from
           (select (coalesce(sum(part.killed), 0)::integer, coalesce(sum(part.wounded), 0)::integer)
              from casualties part where part.incident_key = incident.key)) as sums,
         bool_or(incident.status <> 'RETRACTED' and incident.status is distinct from
           case when exists (select from assessment where assessment.incident_key = incident.key)
             then assessed_status(incident.key, incident.version, incident.content_hash)
             else 'REPORTED' end) as status
    into failed
    from recorded_contents(keys) recorded
    join incident on incident.key = recorded.incident_key
    left join revision on revision.incident_key = incident.key and revision.version = incident.version;
  if failed.content then
    raise exception 'the revision of an incident is not what its rows say' using errcode = '23514';
  end if;
  if failed.sums then
    raise exception 'the sums of an incident are not those of its casualties' using errcode = '23514';
  end if;
  if failed.status then
    raise exception 'the status of an incident is not what its assessments say' using errcode = '23514';
  end if;
end $$;
revoke execute on function recorded_contents(uuid[]), check_incidents(uuid[]) from public;
grant execute on function recorded_contents(uuid[]) to merzili_tur, merzili_rus, merzili_aze;

-- Incidents that statements of this transaction have changed and that are not checked yet. The first check at
-- commit takes all of them, so no transaction leaves a row here. One left while triggers were off is removed
-- unchecked. Functions that write here run as their owner, because no role has any right to the table; they
-- answer nothing.
create table unchecked_incident (
  keys uuid[] not null,
  changed_in xid8 not null default pg_current_xact_id()
);

create function check_unchecked_incidents() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  changed uuid[];
begin
  with taken as (delete from unchecked_incident returning keys, changed_in)
  select array_agg(distinct key) into changed
    from taken, unnest(keys) key where changed_in = pg_current_xact_id();
  if changed is not null then perform check_incidents(changed); end if;
  return null;
end $$;
create constraint trigger check_unchecked_incidents after insert on unchecked_incident
  deferrable initially deferred for each row execute function check_unchecked_incidents();

create function note_changed_incidents() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into unchecked_incident (keys) select array_agg(key) from changed having count(*) > 0;
  return null;
end $$;
create trigger note_inserted after insert on incident referencing new table as changed
  for each statement when (session_nation() is null) execute function note_changed_incidents();
create trigger note_updated after update on incident referencing new table as changed
  for each statement when (session_nation() is null) execute function note_changed_incidents();

create function note_changed_parts() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into unchecked_incident (keys)
  select array_agg(distinct incident_key) from changed having count(*) > 0;
  return null;
end $$;
create trigger note_inserted after insert on claim referencing new table as changed
  for each statement when (session_nation() is null) execute function note_changed_parts();
create trigger note_deleted after delete on claim referencing old table as changed
  for each statement when (session_nation() is null) execute function note_changed_parts();
create trigger note_inserted after insert on casualties referencing new table as changed
  for each statement when (session_nation() is null) execute function note_changed_parts();
create trigger note_deleted after delete on casualties referencing old table as changed
  for each statement when (session_nation() is null) execute function note_changed_parts();
create trigger note_inserted after insert on incident_provision referencing new table as changed
  for each statement when (session_nation() is null) execute function note_changed_parts();
create trigger note_deleted after delete on incident_provision referencing old table as changed
  for each statement when (session_nation() is null) execute function note_changed_parts();

drop trigger check_incident on incident;
create constraint trigger check_incident after insert or update on incident
  deferrable initially deferred for each row
  when (session_nation() is not null) execute function check_incident();
drop trigger check_claims on claim;
create constraint trigger check_claims after insert or delete on claim
  deferrable initially deferred for each row
  when (session_nation() is not null) execute function check_claims();
drop trigger check_casualties on casualties;
create constraint trigger check_casualties after insert or delete on casualties
  deferrable initially deferred for each row
  when (session_nation() is not null) execute function check_casualties();
drop trigger check_provisions on incident_provision;
create constraint trigger check_provisions after insert or delete on incident_provision
  deferrable initially deferred for each row
  when (session_nation() is not null) execute function check_provisions();

revoke execute on function check_unchecked_incidents(), note_changed_incidents(), note_changed_parts()
from public;
