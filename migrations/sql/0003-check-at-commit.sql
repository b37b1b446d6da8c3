-- What holds at every commit, for everybody, the owner included.

-- An incident: its current version is there as a revision whose hash is that of what the rows say, its sums
-- are those of its casualties, and its status is what the assessments of that very content say.
create function check_incident() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
  checked constant uuid := new.key;
  stands record;
begin
  select incident.version, incident.status, incident.content_hash,
         (incident.killed, incident.wounded) is distinct from
         (select (coalesce(sum(casualties.killed), 0)::integer, coalesce(sum(casualties.wounded), 0)::integer)
            from casualties where incident_key = checked) as has_other_sums,
         revision.content_hash as revision_hash, revision.content
    into stands
    from incident
    left join revision on revision.incident_key = incident.key and revision.version = incident.version
   where incident.key = checked;
  if not found then return null; end if;
  if stands.revision_hash is distinct from stands.content_hash
    or encode(sha256(convert_to(stands.content, 'UTF8')), 'hex') is distinct from stands.content_hash
    or stands.content::jsonb is distinct from recorded_content(checked)
  then
    raise exception 'the revision of an incident is not what its rows say' using errcode = '23514';
  end if;
  if stands.has_other_sums then
    raise exception 'the sums of an incident are not those of its casualties' using errcode = '23514';
  end if;
  if stands.status <> 'RETRACTED'
    and stands.status is distinct from assessed_status(checked, stands.version, stands.content_hash)
  then
    raise exception 'the status of an incident is not what its assessments say' using errcode = '23514';
  end if;
  return null;
end $$;
create constraint trigger check_incident after insert or update on incident
  deferrable initially deferred for each row execute function check_incident();

-- Claims: those that the current version's content has.
create function check_claims() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
  checked uuid;
begin
  if tg_op = 'DELETE' then checked := old.incident_key; else checked := new.incident_key; end if;
  if exists (
    select from incident
      join revision on revision.incident_key = incident.key and revision.version = incident.version
     where incident.key = checked and (revision.content::jsonb -> 'claims' is distinct from coalesce((
        select jsonb_agg(jsonb_build_object(
          'claimant', claimant.code, 'attributedTo', attributed.code, 'sourceType', source_type,
          'sourceUrl', source_url, 'statement', text_content(statement)) order by ordinal)
        from claim join party claimant on claimant.key = claimant_key
             left join party attributed on attributed.key = attributed_to_key
        where incident_key = checked), '[]')))
  then
    raise exception 'the revision of an incident is not what its rows say' using errcode = '23514';
  end if;
  return null;
end $$;
create constraint trigger check_claims after insert or delete on claim
  deferrable initially deferred for each row execute function check_claims();

-- Casualties: those that the current version's content has, and the incident's sums are theirs.
create function check_casualties() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
  checked uuid;
begin
  if tg_op = 'DELETE' then checked := old.incident_key; else checked := new.incident_key; end if;
  if exists (
    select from incident
      join revision on revision.incident_key = incident.key and revision.version = incident.version
     where incident.key = checked and (revision.content::jsonb -> 'casualties' is distinct from coalesce((
        select jsonb_agg(jsonb_build_object('party', party.code, 'group', "group",
          'killed', killed, 'wounded', wounded, 'detained', detained) order by ordinal)
        from casualties left join party on party.key = party_key
        where incident_key = checked), '[]')
      or (incident.killed, incident.wounded) is distinct from
         (select (coalesce(sum(casualties.killed), 0)::integer, coalesce(sum(casualties.wounded), 0)::integer)
            from casualties where incident_key = checked)))
  then
    raise exception 'the revision of an incident is not what its rows say' using errcode = '23514';
  end if;
  return null;
end $$;
create constraint trigger check_casualties after insert or delete on casualties
  deferrable initially deferred for each row execute function check_casualties();

-- Provisions: those that the current version's content has.
create function check_provisions() returns trigger
language plpgsql set search_path = public, pg_temp as $$
declare
  checked uuid;
begin
  if tg_op = 'DELETE' then checked := old.incident_key; else checked := new.incident_key; end if;
  if exists (
    select from incident
      join revision on revision.incident_key = incident.key and revision.version = incident.version
     where incident.key = checked and (revision.content::jsonb -> 'provisions' is distinct from coalesce((
        select jsonb_agg(provision.code order by ordinal)
        from incident_provision join provision on provision.key = provision_key
        where incident_key = checked), '[]')))
  then
    raise exception 'the revision of an incident is not what its rows say' using errcode = '23514';
  end if;
  return null;
end $$;
create constraint trigger check_provisions after insert or delete on incident_provision
  deferrable initially deferred for each row execute function check_provisions();

-- An assessment: of a version that there is, and the incident's status follows from it.
create function check_assessment() returns trigger
language plpgsql set search_path = public, pg_temp as $$
begin
  if not exists (
    select from revision where incident_key = new.incident_key and version = new.version
       and content_hash = new.content_hash)
  then
    raise exception 'an assessment is of a version that there is' using errcode = '23514';
  end if;
  if exists (
    select from incident where key = new.incident_key and status <> 'RETRACTED'
       and status is distinct from assessed_status(key, version, content_hash))
  then
    raise exception 'the status of an incident is not what its assessments say' using errcode = '23514';
  end if;
  return null;
end $$;
create constraint trigger check_assessment after insert on assessment
  deferrable initially deferred for each row execute function check_assessment();
