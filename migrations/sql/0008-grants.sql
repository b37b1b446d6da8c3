-- Rights of nations, column by column. A right to a whole table would also be one to lock it: whoever may
-- delete rows may lock the table against everybody.
revoke insert on incident, claim, casualties, incident_provision, revision, idempotency, revoked_token,
  issuer_freeze, assessment, assessment_note, provision_assessment, release_consent
from merzili_tur, merzili_rus, merzili_aze;
revoke delete on claim, casualties, incident_provision, issuer_freeze
from merzili_tur, merzili_rus, merzili_aze;
revoke update (updated_at) on incident from merzili_tur, merzili_rus, merzili_aze;

grant insert (
  key, audience, reference, import_key, version, originator, category, severity, occurred_from, occurred_to,
  time_precision, place_key, latitude, longitude, geo_precision, title, narrative, killed, wounded, status,
  content_hash, written_by, reported_by
) on incident to merzili_tur, merzili_rus, merzili_aze;
grant insert (
  incident_key, audience, ordinal, claimant_key, attributed_to_key, source_type, source_url, statement
) on claim to merzili_tur, merzili_rus, merzili_aze;
grant insert (incident_key, audience, ordinal, party_key, "group", killed, wounded, detained) on casualties
to merzili_tur, merzili_rus, merzili_aze;
grant insert (incident_key, audience, provision_key, ordinal) on incident_provision
to merzili_tur, merzili_rus, merzili_aze;
grant insert (incident_key, audience, version, changed_by, changes, content_hash, content) on revision
to merzili_tur, merzili_rus, merzili_aze;
grant insert (nation, issuer, subject, key, content_hash, incident_key, audience) on idempotency
to merzili_tur, merzili_rus, merzili_aze;
grant insert (nation, token_id, revoked_by) on revoked_token to merzili_tur, merzili_rus, merzili_aze;
grant insert (nation, frozen_by) on issuer_freeze to merzili_tur, merzili_rus, merzili_aze;

grant insert (
  key, incident_key, audience, nation, verdict, version, content_hash, remark, assessed_by
) on assessment to merzili_tur, merzili_rus;
grant insert (assessment_key, nation, note) on assessment_note to merzili_tur, merzili_rus;
grant insert (key, provision_key, nation, status, rationale, assessed_by) on provision_assessment
to merzili_tur, merzili_rus;
grant insert (incident_key, version, target, nation, audience, consented_by) on release_consent
to merzili_tur, merzili_rus;

-- Removes the claims, casualties or provisions of a record, before those of its next version are inserted.
-- Runs as the owner; removes nothing but parts of the nation's own record, and answers how many there were.
create function remove_incident_parts(part text, of_incident uuid) returns integer
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  removed integer;
begin
  if not exists (
    select from incident where key = of_incident and originator = session_nation() and status <> 'RETRACTED')
  then
    return 0;
  end if;
  case part
    when 'claim' then delete from claim where incident_key = of_incident;
    when 'casualties' then delete from casualties where incident_key = of_incident;
    when 'incident_provision' then delete from incident_provision where incident_key = of_incident;
  end case;
  get diagnostics removed = row_count;
  return removed;
end $$;
revoke execute on function remove_incident_parts(text, uuid) from public;
grant execute on function remove_incident_parts(text, uuid) to merzili_tur, merzili_rus, merzili_aze;

-- Ends the freeze of the nation's own issuers. Runs as the owner; reaches no row but the nation's own, and
-- answers how many freezes there were.
create function unfreeze_issuers() returns integer
language sql security definer set search_path = public, pg_temp
begin atomic
  with ended as (delete from issuer_freeze where nation = session_nation() returning nation)
  select count(*)::integer from ended;
end;
revoke execute on function unfreeze_issuers() from public;
grant execute on function unfreeze_issuers() to merzili_tur, merzili_rus, merzili_aze;
