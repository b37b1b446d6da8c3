-- A search as queries. Row security lets nobody ask an index about text below a policy, because the
-- operators could tell of rows that are hidden. The functions here and in 0004-incident-search.sql ask it
-- as their owner and carry the row rule themselves: search.viewer_bit() reads the audience off
-- session_user, the role that logged in, which no statement of that role can change. They answer about rows
-- that audience sees and nothing else: keys, and ranks that follow from the row and the search alone.
-- :search_path is the path of functions that use the extensions.

create function search.viewer_bit() returns integer
language sql stable parallel safe
return case session_user
  when 'merzili_tur' then 1
  when 'merzili_rus' then 2
  when 'merzili_aze' then 4
  when 'merzili_public' then 8 end;

create function search.any_of(lexemes text[], suffix text) returns tsquery
language plpgsql immutable strict parallel safe as $$
begin
  return (
    select string_agg(distinct quote_literal(lexeme) || suffix, ' | ')
      from unnest(lexemes) lexeme where lexeme <> '')::tsquery;
end $$;

-- Words for the same as those of a search, from the glossary. `word` is one of a phrase's in any of its
-- forms; where the whole phrase is asked for, any lexeme of `meant` is to be found as well: the single
-- words of its group, and its code.
create table search.synonym (
  word text collate "C" not null,
  phrase tsquery not null,
  meant text[] not null,
  primary key (word, phrase, meant)
);

-- Takes every phrase there is with the code of its group; removes all others.
create function search.replace_synonyms(codes text[], phrases text[]) returns void
language sql set search_path = :search_path as $$
  with part as (
    select code, body, count(*) over (partition by code, body) = 1 as is_word,
           array(
             select distinct form
               from unnest(string_to_array(search.forms(token), ' ') || search.stems(token)) form
              where form <> '') as forms
      from unnest(codes, phrases) given (code, body), string_to_table(search.tokens(body), ' ') token
     where '' <> all (search.stems(token))),
  phrased as (
    select code, body, string_agg('(' || search.any_of(forms, '')::text || ')', ' & ')::tsquery as phrase
      from part group by code, body),
  meaning as (
    select code,
           array_remove(array_agg(distinct case when is_word then form end), null)
             || search.lexeme(code) as meant
      from part, unnest(forms) form group by code),
  given as (
    select distinct form as word, phrase, meant
      from part join phrased using (code, body) join meaning using (code), unnest(forms) form),
  gone as (
    delete from search.synonym where (word, phrase, meant) not in (select word, phrase, meant from given))
  insert into search.synonym (word, phrase, meant)
  select word, phrase, meant from given on conflict do nothing
$$;

-- Words with a hyphen as one, where a visible record writes them so: cease-fire is ceasefire.
create function search.unhyphenated(search_text text, viewer integer) returns text
language plpgsql stable set search_path = :search_path as $$
declare
  compound text;
begin
  for compound in
    select match[1] from regexp_matches(search_text, '[[:alpha:]]+(?:-[[:alpha:]]+)+', 'g') match
  loop
    if exists (
      select from search.word known
       where known.audience & viewer <> 0
         and known.word = search.folded(search.lower_turkic(replace(compound, '-', ''))))
    then
      search_text := replace(search_text, compound, replace(compound, '-', ''));
    end if;
  end loop;
  return search_text;
end $$;

-- Lexemes of the labels that have a word in one of these forms, or that begins with one. The plan does not
-- depend on what is asked, and most of the time was planning: one generic plan.
create function search.labelled(forms text[], begun text[]) returns text[]
language plpgsql stable strict
set search_path = :search_path set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
begin
  return array(
    select lexeme from search.label where word = any (forms)
    union
    select lexeme
      from unnest(begun || forms) beginning
      join search.label on word >= beginning and word < beginning || chr(1114111)
     where length(beginning) > 4);
end $$;

-- A search as queries: each word in any of its forms (broad: misspelt, only begun, or of a label, too), all
-- of them, and all in one language. Words of four letters or fewer are short; at most 200 words that begin
-- as one are taken.
create function search.queries(
  search_text text, viewer integer, weight text,
  out broad tsquery[], out exact tsquery, out preferred tsquery
)
language plpgsql stable
set search_path = :search_path set pg_trgm.similarity_threshold = 0.2
set plan_cache_mode = force_generic_plan set enable_seqscan = off as $$
declare
  words constant text[] := array(
    select word
      from string_to_table(search.tokens(search.unhyphenated(search_text, viewer)), ' ')
           with ordinality given (word, n)
     where word <> '' group by word order by min(n) limit 16);
  weighty constant text[] := array(
    select word from unnest(words) with ordinality given (word, n)
     where '' <> all (search.stems(word)) order by n);
  word text;
  folded text;
  typed text;
  stems text[];
  forms text[];
  meant tsquery;
  base text;
  base_forms text[];
  near text[];
  begun text[];
  likely text[];
  labels text[];
  given tsvector;
  synonyms text[];
begin
  foreach word in array case when cardinality(weighty) > 0 then weighty else words end loop
    folded := search.folded(search.lower_turkic(word));
    typed := search.typed(search.lower_turkic(word));
    stems := search.stems(word);
    forms := array(
      select distinct form from unnest(array[folded, typed] || stems) form
       where length(form) > 1 or form = word);
    continue when cardinality(forms) = 0;
    exact := case when exact is null then search.any_of(forms, '') else exact && search.any_of(forms, '') end;
    preferred := case
      when preferred is null then search.any_of(forms, ':' || weight)
      else preferred && search.any_of(forms, ':' || weight) end;
    -- Russian endings are the stemmer's to take: Шушой begins as Шушинский does.
    begun := array(
      select distinct form
        from unnest(array[folded, typed, search.stripped(folded), search.stripped(typed)]) form
       where length(form) > 2 and word !~ '^[0-9]+$'
      union
      select search.folded(stem) from unnest(stems) stem
       where stem ~ '^[а-я]' and length(search.folded(stem)) > 4);
    -- Words that begin so are looked up here: asked for beginnings, the index would read their records one
    -- by one. A short word that there is begins many others that have nothing to do with it: it is taken
    -- with endings alone, of which none begins with a vowel or a hard t after a vowel.
    likely := array(
      select known.word
        from unnest(begun) beginning
        join search.word known on known.word >= beginning and known.word < beginning || chr(1114111)
         and known.audience & viewer <> 0
       where length(beginning) > 4
          or (search.stripped_once(known.word) = beginning
              and known.word !~ '[aeiu](?:[aeiu]|t[ae]n?)$')
          or not exists (
            select from search.word short where short.word = beginning and short.audience & viewer <> 0)
       group by known.word order by length(known.word), known.word limit 200);
    labels := search.labelled(forms, begun);
    synonyms := '{}';
    if exists (select from search.synonym same where same.word = any (forms)) then
      given := coalesce(given, array_to_tsvector(array(
        select distinct form
          from unnest(words) token,
               unnest(string_to_array(search.forms(token), ' ') || search.stems(token)) form
         where form <> '')));
      synonyms := array(
        select distinct lexeme
          from search.synonym same, unnest(same.meant) lexeme
         where same.word = any (forms) and given @@ same.phrase
           and (starts_with(lexeme, '_') or exists (
             select from search.word known where known.word = lexeme and known.audience & viewer <> 0)));
    end if;
    if word !~ '[0-9]' and cardinality(labels) = 0 and cardinality(synonyms) = 0
      and not exists (
        select from unnest(likely) known where length(folded) > 2 and starts_with(known, folded))
      and not exists (
        select from search.word known where known.word = any (forms) and known.audience & viewer <> 0)
    then
      -- What it is derived from, or else what it may be misspelt for.
      base := search.underived(word);
      base_forms := string_to_array(search.forms(base), ' ') || search.stems(base);
      near := array(
        select distinct known.word from search.word known
         where known.word = any (base_forms) and known.audience & viewer <> 0);
      if cardinality(near) = 0 then
        near := array(
          select known.word from search.word known
           where known.audience & viewer <> 0
             and ((known.word % folded and search.is_typo(folded, known.word))
                  or (known.word % typed and search.is_typo(typed, known.word)))
           group by known.word
           order by least(
                      levenshtein(known.word, left(folded, 60)),
                      levenshtein(known.word, left(typed, 60))),
                    known.word
           limit 12);
      end if;
      likely := likely || near;
      labels := search.labelled(likely || array(
        select known.word from search.label known
         where (abs(length(known.word) - length(folded)) < 3 and search.is_typo(folded, known.word))
            or (abs(length(known.word) - length(typed)) < 3 and typed <> folded
                and search.is_typo(typed, known.word))), '{}');
    end if;
    meant := search.any_of(forms || likely || labels || synonyms, '');
    -- Words of labels and of the glossary are the common ones: the index asks for them only where it has
    -- found the others.
    broad := case when cardinality(labels || synonyms) > 0 then broad || meant else meant || broad end;
  end loop;
end $$;

-- Those of a filter: codes of which one has to stand in the document.
create function search.among(kind text, codes text[]) returns tsquery
language sql immutable strict parallel safe
return coalesce(
  search.any_of(array(select search.facet(kind, code) from unnest(codes) code), ''), '_nothing'::tsquery);

-- That a document meets all queries. One condition for each: what is rare among them leads the index past
-- the rest.
create function search.all_of(queries tsquery[]) returns text
language sql immutable parallel safe
return (
  select coalesce(string_agg(format('document @@ %L::tsquery', query), ' and '), 'true')
    from unnest(queries) query);

-- Lexemes of which one stands in every document of a span of time, and in few others: days, but for a month
-- or a year that the span has much of.
create function search.span(since timestamptz, until timestamptz) returns text[]
language plpgsql immutable strict parallel safe as $$
declare
  day date := (since at time zone 'UTC')::date;
  last constant date := (until at time zone 'UTC')::date;
  month date;
  year date;
  lexemes text[] := '{}';
begin
  while day <= last loop
    month := date_trunc('month', day) + interval '1 month';
    year := date_trunc('year', day) + interval '1 year';
    if least(last + 1, year) - day > 180 then
      lexemes := lexemes || to_char(day, '"_@"YYYY');
      day := year;
    elsif least(last + 1, month) - day > 8 then
      lexemes := lexemes || to_char(day, '"_@"YYYYMM');
      day := month;
    else
      lexemes := lexemes || to_char(day, '"_@"YYYYMMDD');
      day := day + 1;
    end if;
  end loop;
  return lexemes;
end $$;

revoke execute on function
  search.queries(text, integer, text),
  search.labelled(text[], text[]),
  search.unhyphenated(text, integer),
  search.replace_synonyms(text[], text[])
from public;
