-- What writes need besides the record.

-- Consents of the two heads to release a version to AZE or PUBLIC.
create table release_consent (
  incident_key uuid not null,
  version integer not null,
  target text not null,
  nation text not null,
  audience smallint not null,
  consented_by text not null,
  consented_at timestamptz(3) not null,
  primary key (incident_key, version, target, nation),
  foreign key (incident_key, audience) references incident (key, audience)
    on update cascade on delete cascade
);

-- The answer that a repeated report gets: the incident that its key has made.
create table idempotency (
  nation text not null,
  issuer text not null,
  subject text not null,
  key text not null,
  content_hash text not null,
  incident_key uuid not null,
  audience smallint not null,
  created_at timestamptz(3) not null,
  primary key (nation, issuer, subject, key),
  foreign key (incident_key, audience) references incident (key, audience)
    on update cascade on delete cascade deferrable initially deferred
);
