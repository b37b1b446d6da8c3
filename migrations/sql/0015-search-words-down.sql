-- As before 0015.
create or replace function search.tokens(body text) returns text
language plpgsql immutable strict parallel safe as $$
declare
  known text := translate(
    normalize(body, nfc),
    U&'\2019\2018\02BC\00B4\0060\00AD\200B\200C\200D\2060\FEFF',
    '''''''''''');
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

create or replace function search.name_query(search_text text) returns text[]
language sql immutable strict parallel safe
return array(
  select concat_ws(' ', search.forms(word), search.beginnings(word), array_to_string(search.stems(word), ' '))
    from (select distinct string_to_table(search.tokens(search_text), ' ')) given (word)
   where word <> '');

drop function search.queries(text, integer, text);
alter function search.word_queries(text, integer, text) rename to queries;
