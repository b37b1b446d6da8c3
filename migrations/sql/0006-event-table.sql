-- Events of incidents. The key is the cursor that clients see: drawn at random, so that it tells nothing.
-- The audience is who saw the event when it happened, and does not follow the incident's. Events of one
-- incident happen in the order of seq, since each is inserted under the incident's lock.
create table incident_event (
  key uuid primary key,
  seq bigint generated always as identity,
  incident_key uuid not null,
  audience smallint not null,
  kind text not null,
  at timestamptz(3) not null,
  version integer not null,
  -- The place in the order: microseconds since 1970 at which it was assigned; null until then.
  event_offset bigint
);
create unique index incident_event_order_idx on incident_event (event_offset);
create index incident_event_unordered_idx on incident_event (seq) where event_offset is null;

create function notify_incident_event() returns trigger
language plpgsql as $$
begin
  perform pg_notify('incident_event', '');
  return null;
end $$;
create trigger notify_incident_event after insert on incident_event
  for each statement execute function notify_incident_event();

-- Without seq, whose gaps would tell of hidden events.
grant select (key, incident_key, audience, kind, at, version, event_offset) on incident_event
to merzili_tur, merzili_rus, merzili_aze, merzili_public;
grant insert (key, incident_key, audience, kind, at, version) on incident_event
to merzili_tur, merzili_rus, merzili_aze;
