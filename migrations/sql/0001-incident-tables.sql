-- The record. `audience` is a bit mask of who sees a row: TUR 1, RUS 2, AZE 4, PUBLIC 8. Parts of an incident
-- carry its mask; their foreign keys keep the copies equal.

-- The bit of an audience; AUDIENCE_BIT in src/planner/audience-mask.ts says the same.
create function audience_bit(audience text) returns smallint
language sql immutable strict parallel safe
return case audience when 'TUR' then 1 when 'RUS' then 2 when 'AZE' then 4 when 'PUBLIC' then 8 end;

-- Languages without an up-to-date text, as bits: TR 1, RU 2, AZ 4, EN 8.
create function untranslated(body jsonb) returns smallint
language sql immutable parallel safe
return case when body is null then 0 else
    case when coalesce((body #>> '{texts,TR,revision}')::int, 0) < (body ->> 'revision')::int
         then 1 else 0 end
  + case when coalesce((body #>> '{texts,RU,revision}')::int, 0) < (body ->> 'revision')::int
         then 2 else 0 end
  + case when coalesce((body #>> '{texts,AZ,revision}')::int, 0) < (body ->> 'revision')::int
         then 4 else 0 end
  + case when coalesce((body #>> '{texts,EN,revision}')::int, 0) < (body ->> 'revision')::int
         then 8 else 0 end
  end;

-- Statements call it where a row that a foreign key promises is absent.
create function raise_missing_row(type_name text) returns text
language plpgsql stable as $$
begin
  raise exception 'no % where one is required', type_name;
end $$;

create table official_contact (
  official_key smallint primary key references official (key) on delete cascade,
  nation text not null,
  phone text,
  email text,
  languages text[] not null default '{}'
);

create table incident (
  key uuid primary key,
  audience smallint not null,
  reference text not null unique,
  import_key text unique,
  version integer not null,
  originator text not null,
  category text not null,
  severity text not null,
  occurred_from timestamptz(3) not null,
  occurred_to timestamptz(3),
  time_precision text not null,
  place_key integer references place (key) on delete restrict,
  district_key integer,
  latitude double precision,
  longitude double precision,
  geo_precision text,
  title jsonb not null,
  narrative jsonb,
  untranslated smallint not null,
  killed integer not null,
  wounded integer not null,
  status text not null,
  content_hash text not null,
  written_by text not null,
  created_at timestamptz(3) not null,
  updated_at timestamptz(3) not null,
  reported_by text not null default 'import',
  retraction jsonb,
  unique (key, audience),
  constraint incident_position_is_whole
    check ((latitude is null) = (longitude is null) and (latitude is null) = (geo_precision is null)),
  constraint incident_interval_is_in_order check (occurred_to > occurred_from),
  constraint incident_is_seen_by_its_originator check (audience & audience_bit(originator) <> 0)
);

create index incident_untranslated_tr_idx on incident (occurred_from, key) where (untranslated & 1) <> 0;
create index incident_untranslated_ru_idx on incident (occurred_from, key) where (untranslated & 2) <> 0;
create index incident_untranslated_az_idx on incident (occurred_from, key) where (untranslated & 4) <> 0;
create index incident_untranslated_en_idx on incident (occurred_from, key) where (untranslated & 8) <> 0;

create table claim (
  incident_key uuid not null,
  audience smallint not null,
  ordinal smallint not null,
  claimant_key smallint not null references party (key) on delete restrict,
  attributed_to_key smallint references party (key) on delete restrict,
  source_type text not null,
  source_url text,
  statement jsonb,
  primary key (incident_key, ordinal),
  foreign key (incident_key, audience) references incident (key, audience)
    on update cascade on delete cascade
);
create index on claim (claimant_key, incident_key, audience);
create index on claim (attributed_to_key, incident_key);

create table casualties (
  incident_key uuid not null,
  audience smallint not null,
  ordinal smallint not null,
  party_key smallint references party (key) on delete restrict,
  "group" text not null,
  killed integer,
  wounded integer,
  detained integer,
  primary key (incident_key, ordinal),
  foreign key (incident_key, audience) references incident (key, audience)
    on update cascade on delete cascade,
  constraint casualties_are_not_negative check (least(killed, wounded, detained) >= 0)
);

create table incident_provision (
  incident_key uuid not null,
  audience smallint not null,
  provision_key smallint not null references provision (key) on delete restrict,
  ordinal smallint not null,
  primary key (incident_key, ordinal),
  foreign key (incident_key, audience) references incident (key, audience)
    on update cascade on delete cascade,
  constraint incident_provision_provision_key_incident_key_key
    unique (provision_key, incident_key) include (audience)
);

create table assessment (
  key uuid primary key,
  incident_key uuid not null,
  audience smallint not null,
  nation text not null,
  verdict text not null,
  version integer not null,
  content_hash text not null,
  remark jsonb,
  assessed_by text not null,
  assessed_at timestamptz(3) not null,
  foreign key (incident_key, audience) references incident (key, audience)
    on update cascade on delete restrict
);
create index on assessment (incident_key, assessed_at desc, key);

create table assessment_note (
  assessment_key uuid primary key references assessment (key) on delete cascade,
  nation text not null,
  note text not null
);

create table revision (
  incident_key uuid not null,
  audience smallint not null,
  version integer not null,
  changed_at timestamptz(3) not null,
  changed_by text not null,
  changes text[] not null,
  content_hash text not null,
  open_hash text not null,
  content text not null,
  primary key (incident_key, version),
  foreign key (incident_key, audience) references incident (key, audience)
    on update cascade on delete restrict
);
