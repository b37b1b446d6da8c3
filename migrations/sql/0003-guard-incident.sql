-- What the database holds a nation to when it updates an incident, whatever SQL its role runs.
create function guard_incident() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
  me constant text := writing_nation();
  added constant smallint := new.audience & ~old.audience;
  is_own constant boolean := old.originator = me;
begin
  if me is null then return new; end if;
  if old.status = 'RETRACTED' then
    raise exception 'a retracted incident is not changed' using errcode = '42501';
  end if;

  if (new.audience & old.audience) <> old.audience then
    raise exception 'the audience of an incident only grows' using errcode = '42501';
  end if;
  if (added & 3) <> 0 and not (is_own and me in ('TUR', 'RUS')) then
    raise exception 'only a joint-command originator releases to joint command' using errcode = '42501';
  end if;
  -- A condition of its own: AZE may not even read consents.
  if (added & 12) <> 0 then
    if exists (
      select from unnest(array['AZE', 'PUBLIC']) asked (target)
       where (added & audience_bit(asked.target)) <> 0 and 2 > (
         select count(*) from release_consent consent
          where consent.incident_key = old.key and consent.version = old.version
            and consent.target = asked.target and consent.nation in ('TUR', 'RUS')))
    then
      raise exception 'both joint-command nations consent to a release' using errcode = '42501';
    end if;
  end if;
  if added <> 0 and new.version <> old.version then
    raise exception 'a release is of the version that stands' using errcode = '42501';
  end if;

  if not is_own and (
    (new.category, new.severity, new.occurred_from, new.occurred_to, new.time_precision, new.place_key,
     new.latitude, new.longitude, new.geo_precision, new.killed, new.wounded, new.written_by, new.retraction)
    is distinct from
    (old.category, old.severity, old.occurred_from, old.occurred_to, old.time_precision, old.place_key,
     old.latitude, old.longitude, old.geo_precision, old.killed, old.wounded, old.written_by, old.retraction)
    or source_of(new.title) is distinct from source_of(old.title)
    or source_of(new.narrative) is distinct from source_of(old.narrative))
  then
    raise exception 'only the originator amends an incident' using errcode = '42501';
  end if;
  if new.version not in (old.version, old.version + 1) then
    raise exception 'versions follow each other' using errcode = '42501';
  end if;
  if new.version = old.version and (new.title, new.narrative, new.content_hash, new.written_by)
    is distinct from (old.title, old.narrative, old.content_hash, old.written_by)
  then
    raise exception 'a change of content is a new version' using errcode = '42501';
  end if;
  if new.status = 'RETRACTED' and not is_own then
    raise exception 'only the originator retracts an incident' using errcode = '42501';
  end if;
  if (new.status = 'RETRACTED') <> (new.retraction is not null) then
    raise exception 'a retraction has a reason' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger guard_incident before update on incident
  for each row execute function guard_incident();
