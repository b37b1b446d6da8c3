-- As before 0013.
drop trigger note_inserted on incident;
drop trigger note_updated on incident;
drop trigger note_inserted on claim;
drop trigger note_deleted on claim;
drop trigger note_inserted on casualties;
drop trigger note_deleted on casualties;
drop trigger note_inserted on incident_provision;
drop trigger note_deleted on incident_provision;
drop table unchecked_incident;
drop function check_unchecked_incidents(), note_changed_incidents(), note_changed_parts(),
  check_incidents(uuid[]);

drop trigger check_incident on incident;
create constraint trigger check_incident after insert or update on incident
  deferrable initially deferred for each row execute function check_incident();
drop trigger check_claims on claim;
create constraint trigger check_claims after insert or delete on claim
  deferrable initially deferred for each row execute function check_claims();
drop trigger check_casualties on casualties;
create constraint trigger check_casualties after insert or delete on casualties
  deferrable initially deferred for each row execute function check_casualties();
drop trigger check_provisions on incident_provision;
create constraint trigger check_provisions after insert or delete on incident_provision
  deferrable initially deferred for each row execute function check_provisions();

create or replace function recorded_content(of_incident uuid) returns jsonb
language sql stable set search_path = public, pg_temp as $$
  select jsonb_build_object(
    'category', category,
    'severity', severity,
    'occurredFrom', iso_time(occurred_from),
    'occurredTo', iso_time(occurred_to),
    'timePrecision', time_precision,
    'place', (select code from place where place.key = place_key),
    'position', case when latitude is not null then
      jsonb_build_object('latitude', latitude, 'longitude', longitude, 'precision', geo_precision) end,
    'title', text_content(title),
    'narrative', text_content(narrative),
    'claims', coalesce((
      select jsonb_agg(jsonb_build_object(
        'claimant', claimant.code, 'attributedTo', attributed.code, 'sourceType', source_type,
        'sourceUrl', source_url, 'statement', text_content(statement)) order by ordinal)
      from claim join party claimant on claimant.key = claimant_key
           left join party attributed on attributed.key = attributed_to_key
      where incident_key = of_incident), '[]'),
    'casualties', coalesce((
      select jsonb_agg(jsonb_build_object('party', party.code, 'group', "group",
        'killed', killed, 'wounded', wounded, 'detained', detained) order by ordinal)
      from casualties left join party on party.key = party_key
      where incident_key = of_incident), '[]'),
    'provisions', coalesce((
      select jsonb_agg(provision.code order by ordinal)
      from incident_provision join provision on provision.key = provision_key
      where incident_key = of_incident), '[]'))
  from incident where key = of_incident
$$;
drop function recorded_contents(uuid[]);

create or replace function search.document(incident incident) returns tsvector
language plpgsql stable parallel safe as $$
declare
  tr text;
  ru text;
  az text;
  en text;
  kind text;
  lines text;
  small text[];
  folded text[];
  typed text[];
begin
  select search.tokens(concat_ws(' ', incident.title #>> '{texts,TR,text}',
           incident.narrative #>> '{texts,TR,text}', place.name_tr, district.name_tr)),
         search.tokens(concat_ws(' ', incident.title #>> '{texts,RU,text}',
           incident.narrative #>> '{texts,RU,text}', place.name_ru, district.name_ru)),
         search.tokens(concat_ws(' ', incident.title #>> '{texts,AZ,text}',
           incident.narrative #>> '{texts,AZ,text}', place.name_az, district.name_az)),
         search.tokens(concat_ws(' ', incident.reference, incident.title #>> '{texts,EN,text}',
           incident.narrative #>> '{texts,EN,text}', place.name_en, district.name_en,
           array_to_string(place.aliases || district.aliases, ' '))),
         place.kind
    into tr, ru, az, en, kind
    from (select) one
    left join public.place on place.key = incident.place_key
    left join public.place district on district.key = incident.district_key and district.key <> place.key;
  lines := search.lower_turkic(concat(tr, chr(10), ru, chr(10), az, chr(10), en));
  small := string_to_array(lines, chr(10));
  folded := string_to_array(search.folded(lines), chr(10));
  typed := string_to_array(search.typed(lines), chr(10));
  return setweight(
      to_tsvector('pg_catalog.turkish', small[1])
        || to_tsvector('pg_catalog.simple', folded[1] || ' ' || typed[1]), 'A')
    || setweight(
      to_tsvector('pg_catalog.russian', search.lower_other(ru))
        || to_tsvector('pg_catalog.simple', folded[2] || ' ' || typed[2]), 'B')
    || setweight(
      to_tsvector('pg_catalog.turkish', translate(small[3], 'əxq', 'ehk'))
        || to_tsvector('pg_catalog.simple', folded[3] || ' ' || typed[3]), 'C')
    || setweight(
      to_tsvector('pg_catalog.english', search.lower_other(en))
        || to_tsvector('pg_catalog.simple', folded[4] || ' ' || typed[4]), 'D')
    || array_to_tsvector(array_remove(
      search.codes(incident.category, incident.severity, incident.status, incident.originator,
        incident.place_key, incident.occurred_from) || search.lexeme(kind), null));
end $$;

create or replace function search.index_new_incidents() returns trigger
language plpgsql security definer set search_path = search, public, pg_temp as $$
begin
  with made as (
    insert into incident_search (incident_key, audience, occurred_from, document)
    select changed.key, changed.audience, changed.occurred_from, search.document(incident)
      from changed join incident on incident.key = changed.key
    returning document, audience)
  insert into search.word (word, audience)
    select lexeme, bit_or(audience)
      from made, unnest(tsvector_to_array(document)) lexeme
     where lexeme !~ '[0-9_]' and length(lexeme) between 3 and 60
       and not exists (
         select from search.word same
          where same.word = lexeme and same.audience & made.audience = made.audience)
     group by lexeme;
  return null;
end $$;
drop function search.documents(public.incident[]);

create or replace function record_aggregate_insert() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
  is_due boolean;
begin
  with recorded as (
    insert into incident_aggregate (
      dimension_set, audience, place_key, originator, category, severity, status, district_key, day,
      untranslated, change_number, incidents, killed, wounded)
    select 'change', audience, place_key, originator, category, severity, status, district_key, day,
           untranslated, nextval('incident_aggregate_change_number_seq'),
           sum(incidents) as incidents, sum(killed) as killed, sum(wounded) as wounded
      from (
        select audience, place_key, originator, category, severity, status, district_key, untranslated,
               (occurred_from at time zone 'Asia/Baku')::date as day, 1 as incidents, killed, wounded
          from added) step
     group by audience, place_key, originator, category, severity, status, district_key, day, untranslated
    having sum(incidents) <> 0 or sum(killed) <> 0 or sum(wounded) <> 0
    returning change_number)
  select bool_or(change_number % 64 = 0) into is_due from recorded;
  if is_due then perform roll_up_changes(512); end if;
  return null;
end $$;
