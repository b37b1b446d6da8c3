-- The words of labels, which are everybody's: a record is found by what its category is called, and a place
-- by what its kind is, though only the code is stored. A label's lexeme is its code, set off by a stroke
-- from all words. A place takes up a label that has changed when it is next written.
create table search.label (
  word text collate "C" not null,
  lexeme text not null,
  primary key (word, lexeme)
);

create function search.lexeme(code text) returns text
language sql immutable parallel safe
return '_' || lower(code);

-- Takes the code and a text of every label there is; removes all others.
create function search.replace_labels(codes text[], texts text[]) returns void
language sql as $$
  with given as (
    select distinct form as word, search.lexeme(code) as lexeme
      from unnest(codes, texts) label (code, body),
           string_to_table(search.tokens(body), ' ') token,
           unnest(string_to_array(search.forms(token), ' ') || search.stems(token)) form
     where form <> '' and '' <> all (search.stems(token))),
  gone as (delete from search.label where (word, lexeme) not in (select word, lexeme from given))
  insert into search.label (word, lexeme) select word, lexeme from given on conflict do nothing
$$;
revoke execute on function search.replace_labels(text[], text[]) from public;
