-- Events are written by the database alone, as a consequence of what happens to the record. No role says what
-- happened, when, to which version, or who sees it.

-- The nation whose role logged in; null for the owner. Unlike writing_nation() it holds in functions that
-- run as their owner: no statement changes session_user.
create function session_nation() returns text
language sql stable parallel safe
return case session_user
  when 'merzili_tur' then 'TUR' when 'merzili_rus' then 'RUS' when 'merzili_aze' then 'AZE' end;

-- A UUID of version 7 (RFC 9562): the milliseconds since 1970 and 74 bits drawn at random.
create function new_key() returns uuid
language sql volatile parallel safe
return encode(
  set_bit(set_bit(
    overlay(uuid_send(gen_random_uuid()) placing substring(
      int8send((extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
    52, 1), 53, 1), 'hex')::uuid;

-- The source text of a recorded text, with its language.
create function source_words(body jsonb) returns jsonb
language sql immutable parallel safe
return jsonb_build_array(body -> 'source', body -> 'texts' -> (body ->> 'source') -> 'text');

-- Recorded content without its translations.
create function untranslated_content(content jsonb) returns jsonb
language sql immutable parallel safe
return content || jsonb_build_object(
  'title', source_words(content -> 'title'), 'narrative', source_words(content -> 'narrative'));

-- A new version: those who see the record see the event.
create function record_version_event() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into incident_event (key, incident_key, audience, kind, at, version)
  values (new_key(), new.incident_key, new.audience,
    case
      when new.version = 1 then 'REPORTED'
      when (select untranslated_content(content::jsonb) from revision
             where incident_key = new.incident_key and version = new.version - 1)
           is not distinct from untranslated_content(new.content::jsonb) then 'TRANSLATED'
      else 'AMENDED' end,
    clock_timestamp(), new.version);
  return null;
end $$;
revoke execute on function record_version_event() from public;
create trigger record_version_event after insert on revision
  for each row when (session_nation() is not null) execute function record_version_event();

-- A verdict.
create function record_assessment_event() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into incident_event (key, incident_key, audience, kind, at, version)
  values (new_key(), new.incident_key, new.audience, 'ASSESSED', clock_timestamp(), new.version);
  return null;
end $$;
revoke execute on function record_assessment_event() from public;
create trigger record_assessment_event after insert on assessment
  for each row when (session_nation() is not null) execute function record_assessment_event();

-- A retraction, which all see who see the record.
create function record_retraction_event() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into incident_event (key, incident_key, audience, kind, at, version)
  values (new_key(), new.key, new.audience, 'RETRACTED', clock_timestamp(), new.version);
  return null;
end $$;
revoke execute on function record_retraction_event() from public;
create trigger record_retraction_event after update on incident
  for each row when (old.status <> 'RETRACTED' and new.status = 'RETRACTED' and session_nation() is not null)
  execute function record_retraction_event();

-- A release: seen by those who may know whom a record is released to, and by those it is new to.
create function record_release_event() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into incident_event (key, incident_key, audience, kind, at, version)
  values (new_key(), new.key,
    new.audience & (3 | audience_bit(new.originator) | (new.audience & ~old.audience)),
    'RELEASED', clock_timestamp(), new.version);
  return null;
end $$;
revoke execute on function record_release_event() from public;
create trigger record_release_event after update on incident
  for each row when ((new.audience & ~old.audience) <> 0 and session_nation() is not null)
  execute function record_release_event();

revoke insert (key, incident_key, audience, kind, at, version) on incident_event
from merzili_tur, merzili_rus, merzili_aze;
