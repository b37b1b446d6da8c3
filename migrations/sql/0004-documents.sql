-- What an incident is found by. Weights tell the languages apart: A is Turkish, B Russian, C Azerbaijani, D
-- English.

-- A code as a lexeme, by which a search is narrowed. No word has a stroke in it. Functions that are not
-- strict are inlined where they are called.
create function search.facet(kind text, code text) returns text
language sql immutable parallel safe
return case kind when 'category' then search.lexeme(code) else '_' || kind || ':' || lower(code) end;

-- When an incident occurred: its day, month and year.
create function search.times(occurred_from timestamptz) returns text[]
language sql stable parallel safe
return array[
  '_@' || to_char(occurred_from at time zone 'UTC', 'YYYYMMDD'),
  '_@' || to_char(occurred_from at time zone 'UTC', 'YYYYMM'),
  '_@' || to_char(occurred_from at time zone 'UTC', 'YYYY')];

create function search.codes(
  category text, severity text, status text, originator text, place_key integer, occurred_from timestamptz
) returns text[]
language sql stable parallel safe
return array_remove(
    array[
      search.facet('category', category),
      search.facet('severity', severity),
      search.facet('status', status),
      search.facet('originator', originator),
      search.facet('place', place_key::text)],
    null
  ) || search.times(occurred_from);

-- The languages are folded as lines of one text: folding takes much the same time for four short texts as
-- for one.
create function search.document(incident incident) returns tsvector
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

-- Very many rows are read for a common word, so documents are to lie beside the table, which then is small.
-- PostgreSQL puts aside parts of rows of more than 2 kB only: a filler makes every row one, and shrinks to
-- a few bytes.
create table incident_search (
  incident_key uuid primary key,
  audience smallint not null,
  occurred_from timestamptz(3) not null,
  document tsvector not null,
  filler text not null default repeat(' ', 2000),
  foreign key (incident_key, audience) references incident (key, audience)
    on update cascade on delete cascade
) with (toast_tuple_target = 128);
alter table incident_search alter column document set storage external;

-- One index for each audience, so that neither an answer nor the time it takes depends on records that are
-- hidden. Writers put lexemes aside, and every hundredth or so sorts them in, which halves what a write
-- costs; so few are soon searched.
create index incident_search_tur_idx on incident_search using gin (document)
  with (fastupdate = on, gin_pending_list_limit = 256) where (audience & 1) <> 0;
create index incident_search_rus_idx on incident_search using gin (document)
  with (fastupdate = on, gin_pending_list_limit = 256) where (audience & 2) <> 0;
create index incident_search_aze_idx on incident_search using gin (document)
  with (fastupdate = on, gin_pending_list_limit = 256) where (audience & 4) <> 0;
create index incident_search_public_idx on incident_search using gin (document)
  with (fastupdate = on, gin_pending_list_limit = 256) where (audience & 8) <> 0;

grant select (incident_key, audience, occurred_from, document, filler) on incident_search
to merzili_tur, merzili_rus, merzili_aze, merzili_public;
