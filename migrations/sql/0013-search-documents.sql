-- Search documents of many incidents at once. Folding costs much the same for one line as for a hundred, so
-- the lines of all incidents are folded together: first the Turkish ones, then Russian, Azerbaijani, English.
-- Words of a place are made once for all its incidents.
create function search.documents(incidents public.incident[])
returns table (incident_key uuid, document tsvector)
language plpgsql stable parallel safe as $$
declare
  line_end constant text := chr(10);
  lines text;
  russian_and_english text;
  kinds text[];
  n integer;
  small text[];
  folded text[];
  typed text[];
  other text[];
begin
  with site as materialized (
    select pair.place_key, pair.district_key, place.kind,
           search.tokens(concat_ws(' ', place.name_tr, district.name_tr)) as tr,
           search.tokens(concat_ws(' ', place.name_ru, district.name_ru)) as ru,
           search.tokens(concat_ws(' ', place.name_az, district.name_az)) as az,
           search.tokens(concat_ws(' ', place.name_en, district.name_en,
             array_to_string(place.aliases || district.aliases, ' '))) as en
      from (select distinct given.place_key, given.district_key from unnest(incidents) given) pair
      join public.place on place.key = pair.place_key
      left join public.place district on district.key = pair.district_key and district.key <> place.key),
  word as (
    select given.ordinality, site.kind,
           concat_ws(' ', search.tokens(nullif(concat_ws(' ', given.title #>> '{texts,TR,text}',
             given.narrative #>> '{texts,TR,text}'), '')), site.tr) as tr,
           concat_ws(' ', search.tokens(nullif(concat_ws(' ', given.title #>> '{texts,RU,text}',
             given.narrative #>> '{texts,RU,text}'), '')), site.ru) as ru,
           concat_ws(' ', search.tokens(nullif(concat_ws(' ', given.title #>> '{texts,AZ,text}',
             given.narrative #>> '{texts,AZ,text}'), '')), site.az) as az,
           concat_ws(' ', search.tokens(concat_ws(' ', given.reference, given.title #>> '{texts,EN,text}',
             given.narrative #>> '{texts,EN,text}')), site.en) as en
      from unnest(incidents) with ordinality given
      left join site on site.place_key = given.place_key
       and site.district_key is not distinct from given.district_key)
  select concat_ws(line_end, string_agg(tr, line_end order by ordinality),
           string_agg(ru, line_end order by ordinality), string_agg(az, line_end order by ordinality),
           string_agg(en, line_end order by ordinality)),
         concat_ws(line_end, string_agg(ru, line_end order by ordinality),
           string_agg(en, line_end order by ordinality)),
         array_agg(kind order by ordinality), count(*)
    into lines, russian_and_english, kinds, n
    from word;
  if n = 0 then return; end if;
  lines := search.lower_turkic(lines);
  small := string_to_array(lines, line_end);
  folded := string_to_array(search.folded(lines), line_end);
  typed := string_to_array(search.typed(lines), line_end);
  other := string_to_array(search.lower_other(russian_and_english), line_end);
  return query
  select given.key,
         setweight(
           to_tsvector('pg_catalog.turkish', line.small_tr)
             || to_tsvector('pg_catalog.simple', line.folded_tr || ' ' || line.typed_tr), 'A')
         || setweight(
           to_tsvector('pg_catalog.russian', line.other_ru)
             || to_tsvector('pg_catalog.simple', line.folded_ru || ' ' || line.typed_ru), 'B')
         || setweight(
           to_tsvector('pg_catalog.turkish', translate(line.small_az, 'əxq', 'ehk'))
             || to_tsvector('pg_catalog.simple', line.folded_az || ' ' || line.typed_az), 'C')
         || setweight(
           to_tsvector('pg_catalog.english', line.other_en)
             || to_tsvector('pg_catalog.simple', line.folded_en || ' ' || line.typed_en), 'D')
         || array_to_tsvector(array_remove(
           search.codes(given.category, given.severity, given.status, given.originator,
             given.place_key, given.occurred_from) || search.lexeme(line.kind), null))
    from unnest(incidents) with ordinality given
    join unnest(
      kinds, small[1:n], folded[1:n], typed[1:n], folded[n + 1:2 * n], typed[n + 1:2 * n], other[1:n],
      small[2 * n + 1:3 * n], folded[2 * n + 1:3 * n], typed[2 * n + 1:3 * n],
      folded[3 * n + 1:4 * n], typed[3 * n + 1:4 * n], other[n + 1:2 * n]
    ) with ordinality line (
      kind, small_tr, folded_tr, typed_tr, folded_ru, typed_ru, other_ru,
      small_az, folded_az, typed_az, folded_en, typed_en, other_en, ordinality) using (ordinality);
end $$;

-- One definition for one incident and for many.
create or replace function search.document(incident incident) returns tsvector
language sql stable parallel safe
return (select made.document from search.documents(array[incident]) made);

create or replace function search.index_new_incidents() returns trigger
language plpgsql security definer set search_path = search, public, pg_temp as $$
begin
  with made as (
    insert into incident_search (incident_key, audience, occurred_from, document)
    select incident.key, incident.audience, incident.occurred_from, made.document
      from search.documents(array(
             select incident from changed join incident on incident.key = changed.key)) made
      join incident on incident.key = made.incident_key
    returning document, audience),
  found as (
    select distinct lexeme, audience from made, unnest(tsvector_to_array(document)) lexeme)
  insert into search.word (word, audience)
    select lexeme, bit_or(audience)
      from found
     where lexeme !~ '[0-9_]' and length(lexeme) between 3 and 60
       and not exists (
         select from search.word same
          where same.word = lexeme and same.audience & found.audience = found.audience)
     group by lexeme;
  return null;
end $$;
