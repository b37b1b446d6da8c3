-- A search without a word that can be looked for finds nothing: the lexeme stands in no document and no name.
-- An empty search is none, as when a reader clears the field.
alter function search.queries(text, integer, text) rename to word_queries;

create function search.queries(
  search_text text, viewer integer, weight text,
  out broad tsquery[], out exact tsquery, out preferred tsquery
)
language sql stable
as $$
  select coalesce(nullif(found.broad, '{}'), nothing.queries),
         coalesce(found.exact, nothing.queries[1]),
         coalesce(found.preferred, nothing.queries[1])
    from (select case when search_text <> '' then array['_nothing'::tsquery] end) nothing (queries),
         lateral search.word_queries(search_text, viewer, weight) found
$$;
revoke execute on function search.queries(text, integer, text) from public;

create or replace function search.name_query(search_text text) returns text[]
language sql immutable strict parallel safe
return coalesce(
  nullif(
    array(
      select concat_ws(
               ' ', search.forms(word), search.beginnings(word), array_to_string(search.stems(word), ' '))
        from (select distinct string_to_table(search.tokens(search_text), ' ')) given (word)
       where word <> ''),
    '{}'),
  case when search_text = '' then '{}'::text[] else array['_nothing'] end);

-- As before, but the turned e of African alphabets is the schwa that it is mistaken for.
create or replace function search.tokens(body text) returns text
language plpgsql immutable strict parallel safe as $$
declare
  known text := translate(
    normalize(body, nfc),
    U&'\01DD\018E\2019\2018\02BC\00B4\0060\00AD\200B\200C\200D\2060\FEFF',
    U&'\0259\018F''''''''''');
begin
  if position('''' in known) > 0 then
    known := regexp_replace(
      known,
      '(?<=[[:alnum:]])'''
        '(?:[yns]?[ıiuüaeəİI]n?|n?[dt][aeə]n?(?:ki)?|l[aeə]r[[:alpha:]]{0,4}|l[ıiuü]|s)\M'
        collate "und-x-icu",
      '',
      'gi');
    known := replace(known, '''', '');
  end if;
  if position('-' in known) > 0 then
    known := regexp_replace(
      known,
      '(?<=[[:upper:]][[:upper:]])'
        '-(?:[yns]?[ıiuüaeə]n?|n?[dt][aeə]n?(?:ki)?|l[aeə]r[[:alpha:]]{0,4}|l[ıiuü]|s)\M'
        collate "und-x-icu",
      '',
      'g');
  end if;
  return btrim(regexp_replace(known, '[^[:alnum:]]+' collate "und-x-icu", ' ', 'g'));
end $$;

update incident_search
   set document = search.document(incident)
  from incident
 where incident.key = incident_search.incident_key
   and concat(incident.title, incident.narrative) ~ U&'[\01DD\018E]';
