-- Back to the functions and rights of before, for everybody.
create or replace function notify_incident_event() returns trigger
language plpgsql as $$
begin
  perform pg_notify('incident_event', '');
  return null;
end $$;

drop trigger record_version_event on revision;
drop trigger record_assessment_event on assessment;
drop trigger record_retraction_event on incident;
drop trigger record_release_event on incident;
drop function record_version_event(), record_assessment_event(), record_retraction_event(),
  record_release_event(), untranslated_content(jsonb), source_words(jsonb), new_key();

drop trigger stamp_incident on incident;
drop trigger stamp_incident_change on incident;
drop trigger order_assessment on assessment;
drop trigger order_provision_assessment on provision_assessment;
drop function stamp_incident(), stamp_incident_change(), order_assessment(), order_provision_assessment();
alter table incident alter column created_at drop default, alter column updated_at drop default;
alter table revision alter column changed_at drop default;
alter table assessment alter column assessed_at drop default;
alter table provision_assessment alter column assessed_at drop default;
alter table release_consent alter column consented_at drop default;
alter table idempotency alter column created_at drop default;
alter table revoked_token alter column revoked_at drop default;
alter table issuer_freeze alter column frozen_at drop default;

drop function remove_incident_parts(text, uuid), unfreeze_issuers(), session_nation();
drop table server_lock, nation_lock;

revoke insert on incident, claim, casualties, incident_provision, revision, idempotency, revoked_token,
  issuer_freeze, assessment, assessment_note, provision_assessment, release_consent
from merzili_tur, merzili_rus, merzili_aze;
grant insert on incident, claim, casualties, incident_provision, revision, idempotency, revoked_token,
  issuer_freeze
to merzili_tur, merzili_rus, merzili_aze;
grant insert on assessment, assessment_note, provision_assessment, release_consent
to merzili_tur, merzili_rus;
grant delete on claim, casualties, incident_provision, issuer_freeze
to merzili_tur, merzili_rus, merzili_aze;
grant update (updated_at) on incident to merzili_tur, merzili_rus, merzili_aze;
grant insert (key, incident_key, audience, kind, at, version) on incident_event
to merzili_tur, merzili_rus, merzili_aze;
