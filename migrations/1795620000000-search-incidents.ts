import type { MigrationInterface, QueryRunner } from 'typeorm';
import { makeExtension } from './extension.js';

const ROLES = ['merzili_tur', 'merzili_rus', 'merzili_aze', 'merzili_public'] as const;

/** So many letters a word may have to count as short. */
const SHORT = 4;
/** At most so many words that begin as one of a search does. */
const LIKELY = 200;
/** So many days a page is looked for in at first. */
const FIRST_DAYS = 2;
/** So many times the matches that are wanted the days asked next should hold. */
const SURPLUS = 1.5;
/** All are asked for where they should hold no more than so many times the matches that are wanted. */
const SOON_READ = 2;
/** At most so many times more days are asked next, because few days tell little of many. */
const MOST_TIMES = 8;
/** So many days hold fewer records than most words. */
const FEW_DAYS = 8;
/** Without page, a search answers so many times more records than it ranks. */
const LISTED = 10;

/** For statements whose plan does not depend on what is asked: most of their time was planning. */
const PLANNED_ONCE = 'set plan_cache_mode = force_generic_plan set enable_seqscan = off';

/** How much a match counts by the reader's language. */
const LANGUAGE_WEIGHTS = {
  TR: '{.3,.3,.3,1}',
  RU: '{.3,.3,1,.3}',
  AZ: '{.3,1,.3,.3}',
  EN: '{1,.3,.3,.3}',
} as const;
/** The letter that marks a language in documents. */
const LETTER_OF = { TR: 'A', RU: 'B', AZ: 'C', EN: 'D' } as const;

const byLocale = (values: Readonly<Record<string, string>>): string =>
  `case locale ${Object.entries(values)
    .map(([locale, value]) => `when '${locale}' then '${value}'`)
    .join(' ')} end`;

/**
 * Searching. Row security lets nobody ask an index about text below a policy, because the operators could
 * tell of rows that are hidden. These functions ask it as their owner and carry the row rule themselves:
 * the audience is read off session_user, the role that logged in, which no statement of that role can
 * change. They answer about rows that audience sees and nothing else: keys, and ranks that follow from the
 * row and the search alone.
 */
const searching = (path: string): string[] => [
  `create function search.viewer_bit() returns integer language sql stable parallel safe
   return case session_user when 'merzili_tur' then 1 when 'merzili_rus' then 2 when 'merzili_aze' then 4 when 'merzili_public' then 8 end`,
  `create function search.any_of(lexemes text[], suffix text) returns tsquery language plpgsql immutable strict parallel safe as $$
   begin
     return (select string_agg(distinct quote_literal(lexeme) || suffix, ' | ') from unnest(lexemes) lexeme where lexeme <> '')::tsquery;
   end $$`,
  // Words for the same as those of a search, from the glossary. `word` is one of a phrase's in any of its forms; where the
  // whole phrase is asked for, any lexeme of `meant` is to be found as well: the single words of its group, and its code.
  'create table search.synonym (word text collate "C" not null, phrase tsquery not null, meant text[] not null, primary key (word, phrase, meant))',
  'alter table search.synonym enable row level security',
  'alter table search.synonym force row level security',
  'create policy owner on search.synonym to current_user using (true) with check (true)',
  // Takes every phrase there is with the code of its group; what is kept of others goes.
  `create function search.keep_synonyms(codes text[], phrases text[]) returns void language sql set search_path = ${path} as $$
     with part as (
       select code, body, count(*) over (partition by code, body) = 1 as is_word,
              array(select distinct form from unnest(string_to_array(search.forms(token), ' ') || search.stems(token)) form where form <> '') as forms
         from unnest(codes, phrases) given (code, body), string_to_table(search.tokens(body), ' ') token
        where '' <> all (search.stems(token))),
     phrased as (
       select code, body, string_agg('(' || search.any_of(forms, '')::text || ')', ' & ')::tsquery as phrase from part group by code, body),
     meaning as (
       select code, array_remove(array_agg(distinct case when is_word then form end), null) || search.lexeme(code) as meant
         from part, unnest(forms) form group by code),
     given as (
       select distinct form as word, phrase, meant from part join phrased using (code, body) join meaning using (code), unnest(forms) form),
     gone as (delete from search.synonym where (word, phrase, meant) not in (select word, phrase, meant from given))
     insert into search.synonym (word, phrase, meant) select word, phrase, meant from given on conflict do nothing $$`,
  // Words with a hyphen as one, where a visible record writes them so: cease-fire is ceasefire.
  `create function search.unhyphenated(wanted text, viewer integer) returns text language plpgsql stable set search_path = ${path} as $$
   declare
     compound text;
   begin
     for compound in select match[1] from regexp_matches(wanted, '[[:alpha:]]+(?:-[[:alpha:]]+)+', 'g') match loop
       if exists (select from search.word known where known.audience & viewer <> 0
                     and known.word = search.folded(search.small(replace(compound, '-', '')))) then
         wanted := replace(wanted, compound, replace(compound, '-', ''));
       end if;
     end loop;
     return wanted;
   end $$`,
  // Lexemes of the labels that have a word in one of these forms, or that begins with one.
  `create function search.labelled(forms text[], begun text[]) returns text[] language plpgsql stable strict set search_path = ${path} ${PLANNED_ONCE} as $$
   begin
     return array(
       select lexeme from search.label where word = any (forms)
       union
       select lexeme from unnest(begun || forms) beginning
         join search.label on word >= beginning and word < beginning || chr(1114111) where length(beginning) > ${SHORT});
   end $$`,
  // A search as queries: each word in any of its forms (broad: misspelt, only begun, or of a label, too), all of them, and all in one language.
  `create function search.queries(wanted text, viewer integer, weight text, out broad tsquery[], out exact tsquery, out preferred tsquery)
   language plpgsql stable set search_path = ${path} set pg_trgm.similarity_threshold = 0.2 ${PLANNED_ONCE} as $$
   declare
     words constant text[] := array(
       select word from string_to_table(search.tokens(search.unhyphenated(wanted, viewer)), ' ') with ordinality given (word, n)
        where word <> '' group by word order by min(n) limit 16);
     weighty constant text[] := array(select word from unnest(words) with ordinality given (word, n)
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
       folded := search.folded(search.small(word));
       typed := search.typed(search.small(word));
       stems := search.stems(word);
       forms := array(select distinct form from unnest(array[folded, typed] || stems) form where length(form) > 1 or form = word);
       continue when cardinality(forms) = 0;
       exact := case when exact is null then search.any_of(forms, '') else exact && search.any_of(forms, '') end;
       preferred := case when preferred is null then search.any_of(forms, ':' || weight) else preferred && search.any_of(forms, ':' || weight) end;
       -- Russian endings are the stemmer's to take: Шушой begins as Шушинский does.
       begun := array(select distinct form from unnest(array[folded, typed, search.stripped(folded), search.stripped(typed)]) form
                       where length(form) > 2 and word !~ '^[0-9]+$'
                      union select search.folded(stem) from unnest(stems) stem where stem ~ '^[а-я]' and length(search.folded(stem)) > ${SHORT});
       -- Words that begin so are looked up here: asked for beginnings, the index would read their records one by one.
       -- A short word that there is begins many others that have nothing to do with it: it is taken with endings alone, of
       -- which none begins with a vowel or a hard t after a vowel.
       likely := array(
         select known.word from unnest(begun) beginning
           join search.word known on known.word >= beginning and known.word < beginning || chr(1114111) and known.audience & viewer <> 0
          where length(beginning) > ${SHORT} or (search.stripped_once(known.word) = beginning and known.word !~ '[aeiu](?:[aeiu]|t[ae]n?)$')
             or not exists (select from search.word short where short.word = beginning and short.audience & viewer <> 0)
          group by known.word order by length(known.word), known.word limit ${LIKELY});
       labels := search.labelled(forms, begun);
       synonyms := '{}';
       if exists (select from search.synonym same where same.word = any (forms)) then
         given := coalesce(given, array_to_tsvector(array(
           select distinct form from unnest(words) token, unnest(string_to_array(search.forms(token), ' ') || search.stems(token)) form where form <> '')));
         synonyms := array(
           select distinct lexeme from search.synonym same, unnest(same.meant) lexeme
            where same.word = any (forms) and given @@ same.phrase
              and (starts_with(lexeme, '_') or exists (select from search.word known where known.word = lexeme and known.audience & viewer <> 0)));
       end if;
       if word !~ '[0-9]' and cardinality(labels) = 0 and cardinality(synonyms) = 0
          and not exists (select from unnest(likely) known where length(folded) > 2 and starts_with(known, folded))
          and not exists (select from search.word known where known.word = any (forms) and known.audience & viewer <> 0) then
         -- What it is derived from, or else what it may be misspelt for.
         base := search.underived(word);
         base_forms := string_to_array(search.forms(base), ' ') || search.stems(base);
         near := array(select distinct known.word from search.word known where known.word = any (base_forms) and known.audience & viewer <> 0);
         if cardinality(near) = 0 then
           near := array(
             select known.word from search.word known where known.audience & viewer <> 0
                and ((known.word % folded and search.is_typo(folded, known.word)) or (known.word % typed and search.is_typo(typed, known.word)))
              group by known.word
              order by least(levenshtein(known.word, left(folded, 60)), levenshtein(known.word, left(typed, 60))), known.word limit 12);
         end if;
         likely := likely || near;
         labels := search.labelled(likely || array(
           select known.word from search.label known
            where (abs(length(known.word) - length(folded)) < 3 and search.is_typo(folded, known.word))
               or (abs(length(known.word) - length(typed)) < 3 and typed <> folded and search.is_typo(typed, known.word))), '{}');
       end if;
       meant := search.any_of(forms || likely || labels || synonyms, '');
       -- Words of labels and of the glossary are the common ones: the index asks for them only where it has found the others.
       broad := case when cardinality(labels || synonyms) > 0 then broad || meant else meant || broad end;
     end loop;
   end $$`,
  // Those of a filter: codes of which one has to stand in the document.
  `create function search.among(kind text, codes text[]) returns tsquery language sql immutable strict parallel safe
   return coalesce(search.any_of(array(select search.facet(kind, code) from unnest(codes) code), ''), '_nothing'::tsquery)`,
  // That a document meets all queries. One condition for each: what is rare among them leads the index past the rest.
  `create function search.all_of(queries tsquery[]) returns text language sql immutable parallel safe
   return (select coalesce(string_agg(format('document @@ %L::tsquery', query), ' and '), 'true') from unnest(queries) query)`,
  // Lexemes of which one stands in every document of a span of time, and in few others: days, but for a month or a
  // year that the span has much of.
  `create function search.span(since timestamptz, until timestamptz) returns text[] language plpgsql immutable strict parallel safe as $$
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
   end $$`,
  /**
   * The newest or oldest incidents that all queries find from `since` up to `until`, in this order, beyond a place in it
   * where that is given. The index is asked for two days, then for so many before those as should hold enough by what was
   * found, or for all the rest where that should not hold many more: of a common word a page is found in few days, and of
   * a seldom one all are soon read.
   */
  `create function search.by_time(queries tsquery[], viewer integer, is_descending boolean, most integer,
     since timestamptz, until timestamptz, beyond_time timestamptz, beyond_key uuid)
   returns uuid[] language plpgsql stable set search_path = ${path} set enable_seqscan = off set max_parallel_workers_per_gather = 0 as $$
   declare
     oldest timestamptz;
     newest timestamptz;
     keys uuid[] := '{}';
     found uuid[];
     days integer := ${FIRST_DAYS};
     rate real;
     is_rest boolean := false;
     is_bounded constant boolean := since is not null or until is not null;
     direction constant text := case when is_descending then 'desc' else 'asc' end;
     beyond constant text := case when beyond_key is null then 'true' else format('(occurred_from, incident_key) %s ($4, $5)', case when is_descending then '<' else '>' end) end;
     near constant text := format(
       'select array(select incident_key from incident_search
          where %%s and audience & %s <> 0 and occurred_from between $2 and $3 and %s order by occurred_from %s, incident_key %3$s limit $6)',
       viewer, beyond, direction);
     words constant text := search.all_of(queries);
   begin
     select greatest(min(occurred_from), since, case when not is_descending then beyond_time end),
            least(max(occurred_from), until, case when is_descending then beyond_time end)
       into oldest, newest from incident where audience & viewer <> 0;
     while oldest <= newest loop
       is_rest := is_rest or newest - oldest < days * interval '2 days';
       since := case when is_descending and not is_rest then newest - days * interval '1 day' else oldest end;
       until := case when is_descending or is_rest then newest else oldest + days * interval '1 day' end;
       -- What is rarer leads: few days, or else the words.
       execute format(near, case when is_rest and not is_bounded then words
                                 when is_rest or days > ${FEW_DAYS} then words || ' and document @@ $1'
                                 else 'document @@ $1 and ' || words end)
         into found using search.any_of(search.span(since, until), ''), since, until, beyond_time, beyond_key, most - cardinality(keys);
       keys := keys || found;
       exit when is_rest or cardinality(keys) = most;
       if is_descending then newest := since - interval '1 microsecond'; else oldest := until + interval '1 microsecond'; end if;
       rate := greatest(cardinality(found), 1)::real / days;
       is_rest := rate * extract(epoch from newest - oldest) / 86400 < (most - cardinality(keys)) * ${SOON_READ};
       days := ceil(least(days * ${MOST_TIMES}, (most - cardinality(keys)) * ${SURPLUS} / rate));
     end loop;
     return keys;
   end $$`,
  /**
   * What a search finds: where that is no more than `most`, every record with its rank. More are alike to a
   * search. Then it answers a page of them by time, when a page is asked for; otherwise all of them, when they
   * are not many times more; or else no key, but the query for the caller to ask of each record.
   */
  `create function search.incidents(wanted text, locale text, most integer,
     narrowed tsquery[] default null, since timestamptz default null, until timestamptz default null,
     page integer default null, is_descending boolean default true,
     beyond_rank real default null, beyond_time timestamptz default null, beyond_key uuid default null)
   returns table (incident_key uuid, rank real, query tsquery)
   language plpgsql stable security definer rows 500 set search_path = ${path}
   set plan_cache_mode = force_custom_plan set enable_seqscan = off set max_parallel_workers_per_gather = 0 as $$
   declare
     viewer constant integer := search.viewer_bit();
     enough constant integer := case when page is null then most * ${LISTED} else most end;
     latest constant timestamptz := until - interval '1 microsecond';
     words tsquery[];
     broad tsquery;
     exact tsquery;
     preferred tsquery;
     keys uuid[];
   begin
     if viewer is null then return; end if;
     select q.broad, q.exact, q.preferred into words, exact, preferred from search.queries(wanted, viewer, ${byLocale(LETTER_OF)}) q;
     broad := string_agg('(' || word::text || ')', '&') from unnest(words) word;
     if broad is null then
       if most is null then return query select key, 0::real, null::tsquery from incident where audience & viewer <> 0;
       else return query select null::uuid, 0::real, null::tsquery; end if;
       return;
     end if;
     if most is null then
       return query select s.incident_key, 0::real, broad from incident_search s where s.document @@ broad and s.audience & viewer <> 0;
       return;
     end if;
     words := words || narrowed;
     keys := search.by_time(words, viewer, true, enough + 1, since, latest, null, null);
     if cardinality(keys) <= most then
       return query
         select found.incident_key,
                ((found.document @@ preferred)::int * 2 + (found.document @@ exact)::int + ts_rank(${byLocale(LANGUAGE_WEIGHTS)}::real[], found.document, broad) + 1e-6)::real,
                broad
           -- Put together with nothing, so that each document is fetched once for all three.
           from (select s.incident_key, s.document || '' as document from incident_search s
                  where s.incident_key = any (keys) and s.audience & viewer <> 0 offset 0) found;
     elsif cardinality(keys) <= enough then
       return query select key, 0::real, broad from unnest(keys) key;
     elsif page is null then
       return query select null::uuid, 0::real, broad;
     else
       -- All that is beyond a rank, which records had when there were fewer.
       if beyond_rank > 0 then beyond_time := null; beyond_key := null; end if;
       if beyond_key is not null or not is_descending then
         keys := search.by_time(words, viewer, is_descending, page, since, latest, beyond_time, beyond_key);
       end if;
       return query select key, 0::real, broad from unnest(keys[1:page]) key;
     end if;
   end $$`,
  `create function search.incident_count(wanted text, narrowed tsquery[] default null, since timestamptz default null, until timestamptz default null) returns bigint
   language plpgsql stable security definer set search_path = ${path}
   set plan_cache_mode = force_custom_plan set enable_seqscan = off set max_parallel_workers_per_gather = 0 as $$
   declare
     viewer constant integer := search.viewer_bit();
     latest constant timestamptz := until - interval '1 microsecond';
     queries tsquery[];
     count bigint;
   begin
     if viewer is null then return 0; end if;
     select q.broad || narrowed into queries from search.queries(wanted, viewer, 'A') q;
     if cardinality(queries) > 0 and (since is not null or until is not null) then
       select queries || search.any_of(search.span(greatest(min(occurred_from), since), least(max(occurred_from), latest)), '')
         into queries from incident where audience & viewer <> 0;
     end if;
     execute format('select count(*) from %s where %s and audience & %s <> 0 and %s',
       case when cardinality(queries) > 0 then 'incident_search' else 'incident' end, search.all_of(queries), viewer,
       concat_ws(' and ', 'true', 'occurred_from >= ' || quote_literal(since), 'occurred_from <= ' || quote_literal(latest)))
       into count;
     return count;
   end $$`,
];

/** What the roles may call, besides folding, which reads nothing. */
const FOR_ROLES = [
  'search.incidents(text, text, integer, tsquery[], timestamptz, timestamptz, integer, boolean, real, timestamptz, uuid)',
  'search.incident_count(text, tsquery[], timestamptz, timestamptz)',
] as const;
/** What those call. */
const FOR_OWNER = [
  'search.queries(text, integer, text)',
  'search.by_time(tsquery[], integer, boolean, integer, timestamptz, timestamptz, timestamptz, uuid)',
  'search.labelled(text[], text[])',
  'search.unhyphenated(text, integer)',
  'search.keep_synonyms(text[], text[])',
] as const;
/** What reads nothing. */
const FREE = [
  'search.span(timestamptz, timestamptz)',
  'search.all_of(tsquery[])',
  'search.among(text, text[])',
  'search.any_of(text[], text)',
  'search.viewer_bit()',
] as const;

/** Incidents found by words in any of the four languages, below row security. */
export class SearchIncidents1795620000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const trigrams = await makeExtension(runner, 'pg_trgm');
    const fuzzy = await makeExtension(runner, 'fuzzystrmatch');
    const path = [...new Set(['search', 'public', trigrams, fuzzy])].join(', ').concat(', pg_temp');
    const statements = [
      // Loads the library, so that the setting that search.queries fixes is known.
      `select ${trigrams}.show_limit()`,
      ...searching(path),
      `revoke execute on function ${[...FOR_ROLES, ...FOR_OWNER].join(', ')} from public`,
      `grant execute on function ${FOR_ROLES.join(', ')} to ${ROLES.join(', ')}`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop function ${[...FOR_ROLES, ...FOR_OWNER, ...FREE].join(', ')}`);
    await runner.query('drop table search.synonym');
  }
}
