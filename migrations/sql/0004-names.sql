-- Names of places and officials: few, and everybody's.

create function search.name_forms(names text[]) returns text
language plpgsql immutable strict parallel safe as $$
declare
  words constant text := search.tokens(array_to_string(names, ' '));
begin
  return (
    select string_agg(distinct form, ' ')
      from (
        select string_to_table(search.forms(words) || ' ' || search.beginnings(words), ' ')
        union all
        select unnest(search.stems(word)) from string_to_table(words, ' ') word) known (form)
     where form <> '');
end $$;

-- The words of a search, each with its forms: as it sounds, as it is typed, and the others.
create function search.name_query(search_text text) returns text[]
language sql immutable strict parallel safe
return array(
  select concat_ws(' ', search.forms(word), search.beginnings(word), array_to_string(search.stems(word), ' '))
    from (select distinct string_to_table(search.tokens(search_text), ' ')) given (word)
   where word <> '');

-- How well a search fits a name, from the forms of both; null when a word of it is not found. More is
-- better, and less than a half is a misspelt word, if such are taken.
create function search.name_rank(name_forms text, query text[], takes_misspelt boolean) returns real
language plpgsql immutable strict parallel safe as $$
declare
  known constant text[] := string_to_array(name_forms, ' ');
  beginnings constant text := ' ' || name_forms;
  total real := 0;
  best real;
  word text;
  forms text[];
begin
  foreach word in array query loop
    forms := string_to_array(word, ' ');
    best := case
      when forms[1] = any (known) then 1.0
      when known && forms then 0.8
      when length(forms[1]) > 1 and strpos(beginnings, ' ' || forms[1]) > 0 then 0.6
      when length(forms[2]) > 1 and strpos(beginnings, ' ' || forms[2]) > 0 then 0.5 end;
    if best is null and takes_misspelt then
      select max(case
               when search.is_typo(forms[1], name) then 0.3
               when search.is_typo(forms[2], name) then 0.2 end)
        into best
        from unnest(known) name
       where abs(length(name) - length(forms[1])) < 3 or abs(length(name) - length(forms[2])) < 3;
    end if;
    if best is null then return null; end if;
    total := total + best;
  end loop;
  return total / greatest(cardinality(query), 1);
end $$;

create function search.derive_place() returns trigger
language plpgsql set search_path = search, public, pg_temp as $$
begin
  new.search_text := concat_ws(
    ' ',
    search.name_forms(array[new.name_tr, new.name_ru, new.name_az, new.name_en] || new.aliases),
    (select string_agg(label.word, ' ') from search.label where label.lexeme = search.lexeme(new.kind)));
  return new;
end $$;
revoke execute on function search.derive_place() from public;
create trigger derive_search before insert or update on place
  for each row execute function search.derive_place();

create function search.derive_official() returns trigger
language plpgsql as $$
begin
  new.search_text := search.name_forms(array[new.name_tr, new.name_ru, new.name_az, new.name_en]);
  return new;
end $$;
revoke execute on function search.derive_official() from public;
create trigger derive_search before insert or update on official
  for each row execute function search.derive_official();
