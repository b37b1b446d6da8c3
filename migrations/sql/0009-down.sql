drop trigger release_version on incident;
drop function release_version();
update revision set audience = incident.audience from incident
 where incident.key = revision.incident_key and incident.audience <> revision.audience;
update assessment set audience = incident.audience from incident
 where incident.key = assessment.incident_key and incident.audience <> assessment.audience;
alter table revision drop constraint revision_incident_key_fkey;
alter table revision add foreign key (incident_key, audience) references incident (key, audience)
  on update cascade on delete restrict;
alter table assessment drop constraint assessment_incident_key_fkey;
alter table assessment add foreign key (incident_key, audience) references incident (key, audience)
  on update cascade on delete restrict;
