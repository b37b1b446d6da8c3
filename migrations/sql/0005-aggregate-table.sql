-- Aggregates of incidents. A row of a dimension set holds the numbers that one audience sees. A row of the
-- set `change` holds what one statement has changed, with an audience mask and all dimensions, until
-- roll_up_changes() adds it to the sets. Counts are sums over a set and the changes.
create table incident_aggregate (
  key bigint generated always as identity primary key,
  dimension_set text not null,
  change_number bigint,
  audience smallint not null,
  originator text,
  category text,
  severity text,
  status text,
  district_key integer,
  place_key integer,
  day date,
  untranslated smallint,
  incidents integer not null,
  killed integer not null,
  wounded integer not null
) with (fillfactor = 70);

create unique index incident_aggregate_dimensions_idx on incident_aggregate (
  dimension_set, audience, place_key, originator, category, severity, status, district_key, day, untranslated,
  change_number
) nulls not distinct;

create sequence incident_aggregate_change_number_seq owned by incident_aggregate.change_number;

-- Without key and change_number, whose gaps would tell of changes to hidden records.
grant select (
  dimension_set, audience, originator, category, severity, status, district_key, place_key, day, untranslated,
  incidents, killed, wounded
) on incident_aggregate to merzili_tur, merzili_rus, merzili_aze, merzili_public;
