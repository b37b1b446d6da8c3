-- Reference data is everybody's.
grant select on
  party, place, official, appointment, agreement, agreement_signatory, provision, provision_party,
  provision_place, provision_deadline, centre, contingent
to merzili_tur, merzili_rus, merzili_aze, merzili_public;

-- Tables under row security are granted by column. A grant of the table would give the system columns (ctid,
-- xmin) as well, and the distance between rows tells how many hidden rows lie between them.
grant select (key, provision_key, nation, status, rationale, assessed_at, assessed_by) on provision_assessment
to merzili_tur, merzili_rus, merzili_aze, merzili_public;

grant select (
  key, audience, reference, import_key, version, originator, category, severity, occurred_from, occurred_to,
  time_precision, place_key, district_key, latitude, longitude, geo_precision, title, narrative, untranslated,
  killed, wounded, status, content_hash, written_by, created_at, updated_at, reported_by, retraction
) on incident to merzili_tur, merzili_rus, merzili_aze;
grant select (
  key, audience, reference, version, originator, category, severity, occurred_from, occurred_to,
  time_precision, place_key, district_key, title, narrative, untranslated, killed, wounded, status,
  created_at, updated_at, retraction
) on incident to merzili_public;

grant select (
  incident_key, audience, ordinal, claimant_key, attributed_to_key, source_type, source_url, statement
) on claim to merzili_tur, merzili_rus, merzili_aze, merzili_public;
grant select (incident_key, audience, ordinal, party_key, "group", killed, wounded, detained) on casualties
to merzili_tur, merzili_rus, merzili_aze, merzili_public;
grant select (incident_key, audience, provision_key, ordinal) on incident_provision
to merzili_tur, merzili_rus, merzili_aze, merzili_public;

grant select (
  key, incident_key, audience, nation, verdict, version, content_hash, remark, assessed_by, assessed_at
) on assessment to merzili_tur, merzili_rus, merzili_aze;
grant select (
  key, incident_key, audience, nation, verdict, version, remark, assessed_by, assessed_at
) on assessment to merzili_public;

grant select (
  incident_key, audience, version, changed_at, changed_by, changes, content_hash, open_hash, content
) on revision to merzili_tur, merzili_rus, merzili_aze;
grant select (incident_key, audience, version, changed_at, changed_by, changes, open_hash) on revision
to merzili_public;

grant select (official_key, nation, phone, email, languages) on official_contact
to merzili_tur, merzili_rus, merzili_aze;
grant select (assessment_key, nation, note) on assessment_note to merzili_tur, merzili_rus, merzili_aze;
