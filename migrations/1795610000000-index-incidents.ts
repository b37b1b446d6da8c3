import type { MigrationInterface, QueryRunner } from 'typeorm';
import { makeExtension } from './extension.js';

const BITS = { merzili_tur: 1, merzili_rus: 2, merzili_aze: 4, merzili_public: 8 } as const;
const ROLES = Object.keys(BITS);

const text = (locale: string): string =>
  `concat_ws(' ', incident.title #>> '{texts,${locale},text}', incident.narrative #>> '{texts,${locale},text}', place.name_${locale.toLowerCase()}, district.name_${locale.toLowerCase()})`;

/** What an incident is found by. Weights tell the languages apart: A is Turkish, B Russian, C Azerbaijani, D English. */
const DOCUMENTS = [
  `create function search.document(incident incident) returns tsvector language plpgsql stable parallel safe as $$
   declare
     tr text; ru text; az text; en text; codes text[];
   begin
     select search.tokens(${text('TR')}), search.tokens(${text('RU')}), search.tokens(${text('AZ')}),
            search.tokens(concat_ws(' ', incident.reference, ${text('EN')}, array_to_string(place.aliases || district.aliases, ' '))),
            array_remove(array[search.lexeme(incident.category), search.lexeme(place.kind)], null)
       into tr, ru, az, en, codes
       from (select) one
       left join public.place on place.key = incident.place_key
       left join public.place district on district.key = incident.district_key and district.key <> place.key;
     return setweight(to_tsvector('pg_catalog.turkish', search.small(tr)) || to_tsvector('pg_catalog.simple', search.forms(tr)), 'A')
         || setweight(to_tsvector('pg_catalog.russian', search.small_elsewhere(ru)) || to_tsvector('pg_catalog.simple', search.forms(ru)), 'B')
         || setweight(to_tsvector('pg_catalog.turkish', translate(search.small(az), 'əxq', 'ehk')) || to_tsvector('pg_catalog.simple', search.forms(az)), 'C')
         || setweight(to_tsvector('pg_catalog.english', search.small_elsewhere(en)) || to_tsvector('pg_catalog.simple', search.forms(en)), 'D')
         || array_to_tsvector(codes);
   end $$`,
  'alter table incident_search drop column search_text, add column occurred_from timestamptz(3), add column document tsvector',
  // Very many rows are read for a common word, so documents are to lie beside the table, which then is small. PostgreSQL
  // puts aside parts of rows of more than 2 kB alone: a filler makes every row one, and shrinks to a few bytes.
  `alter table incident_search add column filler text not null default repeat(' ', 2000), alter column document set storage external`,
  'alter table incident_search set (toast_tuple_target = 128)',
  'update incident_search set occurred_from = incident.occurred_from, document = search.document(incident) from incident where incident.key = incident_key',
  'alter table incident_search alter column occurred_from set not null, alter column document set not null',
  // One for each audience, so that neither an answer nor the time it takes depends on records that are hidden.
  ...Object.entries(BITS).map(
    ([role, bit]) =>
      `create index incident_search_${role.slice('merzili_'.length)}_idx on incident_search using gin (document)
       with (fastupdate = off) where (audience & ${bit}) <> 0`,
  ),
];

/**
 * The words an audience can have read, for mending misspelt ones: a word stands with the audiences of all
 * records that ever held it, so what a search is mended to never tells of a record that is hidden. Words
 * are only ever added, and may stand there twice: without a unique key no writer waits for another's words.
 */
const words = (path: string, trigrams: string): string[] => [
  'create table search.word (word text collate "C" not null, audience smallint not null)',
  'create index word_word_idx on search.word (word)',
  `create index word_trigrams_idx on search.word using gin (word ${trigrams}.gin_trgm_ops)`,
  'alter table search.word enable row level security',
  'alter table search.word force row level security',
  'create policy owner on search.word to current_user using (true) with check (true)',
  `create function search.note_words() returns trigger language plpgsql security definer set search_path = ${path} as $$
   begin
     insert into search.word (word, audience)
     select lexeme, bit_or(audience) from (select document, audience from changed) changed, unnest(document)
      where lexeme !~ '[0-9_]' and length(lexeme) between 3 and 60
        and not exists (select from search.word same where same.word = lexeme and same.audience & changed.audience = changed.audience)
      group by lexeme;
     return null;
   end $$`,
  ...(['insert', 'update'] as const).map(
    (operation) =>
      `create trigger note_words_on_${operation} after ${operation} on incident_search referencing new table as changed
       for each statement execute function search.note_words()`,
  ),
  `insert into search.word select lexeme, bit_or(audience) from incident_search, unnest(document)
    where lexeme !~ '[0-9_]' and length(lexeme) between 3 and 60 group by lexeme`,
];

/**
 * Keeps incident_search in line with the record. Runs as its owner because no role may write there; it
 * reads nothing but the rows of the statement that fired it, and names of places, which are everybody's.
 */
const keeping = (path: string): string[] => [
  `create function search.keep_new_incidents() returns trigger language plpgsql security definer set search_path = ${path} as $$
   begin
     insert into incident_search (incident_key, audience, occurred_from, document)
     select changed.key, changed.audience, changed.occurred_from, search.document(incident)
       from changed join incident on incident.key = changed.key;
     return null;
   end $$`,
  `create function search.keep_incidents() returns trigger language plpgsql security definer set search_path = ${path} as $$
   begin
     update incident_search set occurred_from = changed.occurred_from, document = search.document(incident)
       from changed join replaced on replaced.key = changed.key join incident on incident.key = changed.key
      where incident_search.incident_key = changed.key
        and (changed.title, changed.narrative, changed.category, changed.place_key, changed.district_key, changed.occurred_from)
            is distinct from (replaced.title, replaced.narrative, replaced.category, replaced.place_key, replaced.district_key, replaced.occurred_from);
     return null;
   end $$`,
  `create function search.keep_incidents_of_places() returns trigger language plpgsql security definer set search_path = ${path} as $$
   begin
     update incident_search set document = search.document(incident)
       from incident where incident.key = incident_search.incident_key
        and (incident.place_key in (select key from changed) or incident.district_key in (select key from changed));
     return null;
   end $$`,
  `create trigger keep_search_on_insert after insert on incident referencing new table as changed
   for each statement execute function search.keep_new_incidents()`,
  `create trigger keep_search_on_update after update on incident referencing old table as replaced new table as changed
   for each statement execute function search.keep_incidents()`,
  `create trigger keep_search_of_incidents after update on place referencing new table as changed
   for each statement execute function search.keep_incidents_of_places()`,
];

/** At most so many words that begin as one of a search does. */
const LIKELY = 200;
/** So many of the newest records tell how common a search is. Where every fiftieth is found, more than can be ranked are. */
const SAMPLE = 200;
/** At most so many records are gone through by their time for a page of a common search, before the index is asked. */
const LONGEST_WINDOW = 2000;
/** Without page, a search answers so many times more records than it ranks. */
const LISTED = 10;

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
  `create function search.any_of(lexemes text[], suffix text) returns tsquery language sql immutable strict parallel safe
   return (select string_agg(distinct quote_literal(lexeme) || suffix, ' | ') from unnest(lexemes) lexeme where lexeme <> '')::tsquery`,
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
  `create function search.labelled(forms text[], begun text[]) returns text[] language sql stable strict set search_path = ${path}
   set plan_cache_mode = force_custom_plan as $$
     select coalesce(array_agg(distinct lexeme), '{}') from (
       select lexeme from search.label where word = any (forms)
       union all
       select lexeme from unnest(begun || forms) beginning
         join search.label on word >= beginning and word < beginning || chr(1114111) where length(beginning) > 4) label $$`,
  // A search as queries: every word in any of its forms (broad: misspelt, only begun, or of a label, too), and in one language.
  `create function search.queries(wanted text, viewer integer, weight text, out broad tsquery, out exact tsquery, out preferred tsquery)
   language plpgsql stable set search_path = ${path}
   set pg_trgm.similarity_threshold = 0.2 set plan_cache_mode = force_custom_plan as $$
   declare
     words constant text[] := (select array_agg(word order by n) from (
       select word, min(n) as n from string_to_table(search.tokens(search.unhyphenated(wanted, viewer)), ' ') with ordinality given (word, n)
        where word <> '' group by word order by 2 limit 16) taken);
     weighty constant text[] := array(select word from unnest(words) with ordinality given (word, n)
        where '' <> all (search.stems(word)) order by n);
     word text;
     folded text;
     typed text;
     forms text[];
     begun text[];
     likely text[];
     labels text[];
     meant tsquery;
   begin
     foreach word in array case when cardinality(weighty) > 0 then weighty else coalesce(words, '{}') end loop
       folded := search.folded(search.small(word));
       typed := search.typed(search.small(word));
       forms := array(select distinct form from unnest(string_to_array(search.forms(word), ' ') || search.stems(word)) form where length(form) > 1 or form = word);
       continue when cardinality(forms) = 0;
       exact := case when exact is null then search.any_of(forms, '') else exact && search.any_of(forms, '') end;
       preferred := case when preferred is null then search.any_of(forms, ':' || weight) else preferred && search.any_of(forms, ':' || weight) end;
       begun := array(select distinct form from unnest(array[folded, typed] || string_to_array(search.beginnings(word), ' ')) form
                       where length(form) > 2 and word !~ '^[0-9]+$');
       -- Words that begin so are looked up here: asked for beginnings, the index would read their records one by one.
       likely := array(
         select known.word from unnest(begun) beginning
           join search.word known on known.word >= beginning and known.word < beginning || chr(1114111) and known.audience & viewer <> 0
          group by known.word order by length(known.word), known.word limit ${LIKELY});
       labels := search.labelled(forms, begun);
       if word !~ '[0-9]' and cardinality(labels) = 0
          and not exists (select from unnest(likely) known where length(folded) > 2 and starts_with(known, folded))
          and not exists (select from search.word known where known.word = any (forms) and known.audience & viewer <> 0) then
         likely := likely || array(
           select known.word from search.word known where known.audience & viewer <> 0
              and ((known.word % folded and search.is_typo(folded, known.word)) or (known.word % typed and search.is_typo(typed, known.word)))
            group by known.word
            order by least(levenshtein(known.word, left(folded, 60)), levenshtein(known.word, left(typed, 60))), known.word limit 12);
         labels := search.labelled(likely || array(
           select known.word from search.label known where search.is_typo(folded, known.word) or search.is_typo(typed, known.word)), '{}');
       end if;
       meant := search.any_of(forms || likely || labels, '');
       broad := case when broad is null then meant else broad && meant end;
     end loop;
   end $$`,
  // The newest or oldest incidents that a query finds, beyond a place in their order where that is given. Of a common
  // one, which has hits in the sample, they are most likely among a few records; the index finds them wherever they are.
  `create function search.by_time(broad tsquery, viewer integer, hits integer, is_descending boolean, most integer, beyond_time timestamptz, beyond_key uuid)
   returns uuid[] language plpgsql stable set search_path = ${path} set enable_seqscan = off set max_parallel_workers_per_gather = 0 as $$
   declare
     keys uuid[];
     direction constant text := case when is_descending then 'desc' else 'asc' end;
     beyond constant text := case when beyond_key is null then 'true' else format('(occurred_from, %%s) %s ($2, $3)', case when is_descending then '<' else '>' end) end;
   begin
     if hits > 0 then
       execute format(
         'select array(select near.key
            from (select key, occurred_from from incident where audience & %s <> 0 and %s order by occurred_from %s, key %3$s limit %4$s) near
            join incident_search on incident_key = near.key where document @@ $1 order by near.occurred_from %3$s, near.key %3$s limit $4)',
         viewer, format(beyond, 'key'), direction, least(${LONGEST_WINDOW}, most * ${SAMPLE} * 3 / (hits * 2))) into keys using broad, beyond_time, beyond_key, most;
       if cardinality(keys) = most then return keys; end if;
     end if;
     execute format(
       'select array(select incident_key from incident_search where document @@ $1 and audience & %s <> 0 and %s
          order by occurred_from %s, incident_key %3$s limit $4)',
       viewer, format(beyond, 'incident_key'), direction) into keys using broad, beyond_time, beyond_key, most;
     return keys;
   end $$`,
  /**
   * What a search finds: where that is no more than `most`, every record with its rank. More are alike to a
   * search. Then it answers a page of them by time, when a page is asked for; otherwise all of them, when they
   * are not many times more; or else no key, but the query for the caller to ask of each record.
   */
  `create function search.incidents(wanted text, locale text, most integer, page integer default null, is_descending boolean default true,
     beyond_rank real default null, beyond_time timestamptz default null, beyond_key uuid default null)
   returns table (incident_key uuid, rank real, query tsquery)
   language plpgsql stable security definer rows 500 set search_path = ${path}
   set plan_cache_mode = force_custom_plan set enable_seqscan = off set max_parallel_workers_per_gather = 0 as $$
   declare
     viewer constant integer := search.viewer_bit();
     enough constant integer := case when page is null then most * ${LISTED} else most end;
     broad tsquery;
     exact tsquery;
     preferred tsquery;
     hits integer := 0;
     keys uuid[];
   begin
     if viewer is null then return; end if;
     select * into broad, exact, preferred from search.queries(wanted, viewer, ${byLocale(LETTER_OF)});
     if broad is null then
       if most is null then return query select key, 0::real, null::tsquery from incident where audience & viewer <> 0;
       else return query select null::uuid, 0::real, null::tsquery; end if;
       return;
     end if;
     if most is null then
       return query select s.incident_key, 0::real, broad from incident_search s where s.document @@ broad and s.audience & viewer <> 0;
       return;
     end if;
     if (select sum(n) from incident_tally where grain = 'total' and audience & viewer <> 0) > most * 50 then
       select count(*) into hits from (select key from incident where audience & viewer <> 0 order by occurred_from desc, key desc limit ${SAMPLE}) newest
         join incident_search s on s.incident_key = newest.key where s.document @@ broad;
     end if;
     if hits < ${SAMPLE / 50} then
       hits := 0;
       if page is null then
         keys := array(select s.incident_key from incident_search s where s.document @@ broad and s.audience & viewer <> 0 limit enough + 1);
       else
         keys := search.by_time(broad, viewer, 0, is_descending, most + 1, null, null);
       end if;
       if cardinality(keys) <= most then
         return query
           select found.incident_key,
                  ((found.document @@ preferred)::int * 2 + (found.document @@ exact)::int + ts_rank(${byLocale(LANGUAGE_WEIGHTS)}::real[], found.document, broad) + 1e-6)::real,
                  broad
             -- Put together with nothing, so that each document is fetched once for all three.
             from (select s.incident_key, s.document || '' as document from incident_search s
                    where s.incident_key = any (keys) and s.audience & viewer <> 0 offset 0) found;
         return;
       end if;
       if cardinality(keys) <= enough then
         return query select key, 0::real, broad from unnest(keys) key;
         return;
       end if;
     end if;
     if page is null then
       return query select null::uuid, 0::real, broad;
       return;
     end if;
     -- All that is beyond a rank, which records had when there were fewer.
     if beyond_rank > 0 then beyond_time := null; beyond_key := null; end if;
     if hits > 0 or beyond_key is not null then
       keys := search.by_time(broad, viewer, hits, is_descending, page, beyond_time, beyond_key);
     end if;
     return query select key, 0::real, broad from unnest(keys[1:page]) key;
   end $$`,
  `create function search.incident_count(wanted text) returns bigint
   language plpgsql stable security definer set search_path = ${path}
   set plan_cache_mode = force_custom_plan set enable_seqscan = off set max_parallel_workers_per_gather = 0 as $$
   declare
     viewer constant integer := search.viewer_bit();
     broad tsquery;
   begin
     if viewer is null then return 0; end if;
     select q.broad into broad from search.queries(wanted, viewer, 'A') q;
     if broad is null then return (select count(*) from incident where audience & viewer <> 0); end if;
     return (select count(*) from incident_search s where s.document @@ broad and s.audience & viewer <> 0);
   end $$`,
];

/** What the roles may call, besides folding, which reads nothing. */
const FOR_ROLES = [
  'search.incidents(text, text, integer, integer, boolean, real, timestamptz, uuid)',
  'search.incident_count(text)',
] as const;
/** What those call. */
const FOR_OWNER = [
  'search.queries(text, integer, text)',
  'search.by_time(tsquery, integer, integer, boolean, integer, timestamptz, uuid)',
  'search.labelled(text[], text[])',
  'search.unhyphenated(text, integer)',
] as const;
const FOR_TRIGGERS = [
  'note_words',
  'keep_new_incidents',
  'keep_incidents',
  'keep_incidents_of_places',
] as const;

/** Incidents found by words in any of the four languages, below row security. */
export class IndexIncidents1795610000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const trigrams = await makeExtension(runner, 'pg_trgm');
    const fuzzy = await makeExtension(runner, 'fuzzystrmatch');
    const path = [...new Set(['search', 'public', trigrams, fuzzy])].join(', ').concat(', pg_temp');
    const statements = [
      // Loads the library, so that the setting that search.queries fixes is known.
      `select ${trigrams}.show_limit()`,
      ...DOCUMENTS,
      ...words(path, trigrams),
      ...keeping(path),
      ...searching(path),
      `revoke execute on function ${[...FOR_ROLES, ...FOR_OWNER].join(', ')} from public`,
      `revoke execute on function ${FOR_TRIGGERS.map((name) => `search.${name}()`).join(', ')} from public`,
      `grant execute on function ${FOR_ROLES.join(', ')} to ${ROLES.join(', ')}`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'alter table incident_search drop column document, drop column occurred_from, drop column filler, add column search_text text',
    );
    await runner.query('alter table incident_search reset (toast_tuple_target)');
    await runner.query(`drop function ${[...FOR_ROLES, ...FOR_OWNER].join(', ')}`);
    await runner.query(
      'drop function search.document(incident), search.viewer_bit(), search.any_of(text[], text)',
    );
    await runner.query(`drop function ${FOR_TRIGGERS.map((name) => `search.${name}()`).join(', ')} cascade`);
    await runner.query('drop table search.word');
    await runner.query(`update incident_search set search_text = ''`);
    await runner.query('alter table incident_search alter column search_text set not null');
  }
}
