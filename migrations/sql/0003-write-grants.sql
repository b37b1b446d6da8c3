grant insert on incident, claim, casualties, incident_provision, revision
to merzili_tur, merzili_rus, merzili_aze;
grant delete on claim, casualties, incident_provision to merzili_tur, merzili_rus, merzili_aze;

-- Columns that a nation may change; guard_incident() says which of them, and how.
grant update (
  audience, version, category, severity, occurred_from, occurred_to, time_precision, place_key, latitude,
  longitude, geo_precision, title, narrative, killed, wounded, status, content_hash, written_by, retraction,
  updated_at
) on incident to merzili_tur, merzili_rus, merzili_aze;

grant insert on assessment, assessment_note, provision_assessment to merzili_tur, merzili_rus;

grant insert on release_consent to merzili_tur, merzili_rus;
grant select (incident_key, version, target, nation, audience, consented_by, consented_at) on release_consent
to merzili_tur, merzili_rus;

grant insert on idempotency to merzili_tur, merzili_rus, merzili_aze;
grant select (nation, issuer, subject, key, content_hash, incident_key, audience, created_at) on idempotency
to merzili_tur, merzili_rus, merzili_aze;
