-- What belongs to a version (its content and its verdicts) is seen by those to whom it was released. The
-- audience of revisions and assessments no longer follows the incident's by a foreign key: those of the
-- current version follow it when it grows, those of earlier versions stay as they are. Originators see all
-- versions, for their bit is in every audience.

alter table revision drop constraint revision_incident_key_audience_fkey;
alter table revision add foreign key (incident_key) references incident (key) on delete restrict;
alter table assessment drop constraint assessment_incident_key_audience_fkey;
alter table assessment add foreign key (incident_key) references incident (key) on delete restrict;

-- Runs as the owner, because no role may change a revision or an assessment. Writes only those of the record
-- that fired it, and only audiences within that record's own.
create function release_version() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update revision
     set audience = case when version = new.version then new.audience else audience & new.audience end
   where incident_key = new.key;
  update assessment
     set audience = case when version = new.version then new.audience else audience & new.audience end
   where incident_key = new.key;
  return null;
end $$;
revoke execute on function release_version() from public;
create trigger release_version after update of audience on incident
  for each row when (old.audience is distinct from new.audience) execute function release_version();

-- Rows of before. The first event that an audience saw tells its first version: that of its release, or 1
-- where it saw the record from the beginning. Where no event tells it, it sees the current version alone.
with first_version as (
  select incident.key as incident_key, single.bit,
         coalesce((
           select case when event.kind = 'RELEASED' then event.version else 1 end from incident_event event
            where event.incident_key = incident.key and (event.audience & single.bit) <> 0
            order by event.seq limit 1), incident.version) as version
    from incident join unnest(array[1, 2, 4, 8]) single (bit) on (incident.audience & single.bit) <> 0
   where incident.version > 1 and single.bit <> audience_bit(incident.originator)),
hidden as (
  select incident_key, version.number, bit_or(bit) as mask
    from first_version join generate_series(1, first_version.version - 1) version (number) on true
   group by incident_key, version.number),
hidden_revision as (
  update revision set audience = revision.audience & ~hidden.mask from hidden
   where revision.incident_key = hidden.incident_key and revision.version = hidden.number)
update assessment set audience = assessment.audience & ~hidden.mask from hidden
 where assessment.incident_key = hidden.incident_key and assessment.version = hidden.number;
