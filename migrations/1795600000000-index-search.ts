import type { MigrationInterface, QueryRunner } from 'typeorm';

const BITS = { merzili_tur: 1, merzili_rus: 2, merzili_aze: 4, merzili_public: 8 } as const;
const ROLES = Object.keys(BITS);

/** Letters that become one other letter, and those that fall away. */
const LETTERS = {
  from: 'абвгдеёжзийклмнопрстуфхыэəığxqwcьъ',
  to: 'abvgdeejziiklmnoprstufhieaighgvj',
} as const;

/** What sounds alike, in the order in which it is replaced; double letters become single ones. */
const SOUNDS: readonly (readonly [string, string])[] = [
  ['ц', 'ts'],
  ['ч', 'ch'],
  ['ш', 'sh'],
  ['щ', 'sh'],
  ['ю', 'iu'],
  ['я', 'ia'],
  ['ç', 'ch'],
  ['ş', 'sh'],
  ['kh', 'h'],
  ['gh', 'g'],
  ['zh', 'j'],
  ['dj', 'j'],
  ['y', 'i'],
  ...[...'abcdefghijklmnoprstuvz'].map((letter) => [letter + letter, letter] as const),
];

function replaced(expression: string, pairs: readonly (readonly [string, string])[]): string {
  return pairs.reduce((inner, [from, to]) => `replace(${inner}, '${from}', '${to}')`, expression);
}

/**
 * Folding: one spelling for what different sides write differently. Everything here takes or answers
 * words in small letters separated by single spaces, unless it says otherwise.
 */
const FOLDING = [
  // Any text as words, case kept. An ending set off by an apostrophe (Ağdam'da, Aghdam's) goes; so does what cannot be seen.
  String.raw`create function search.tokens(body text) returns text language plpgsql immutable strict parallel safe as $$
   declare
     known text := translate(normalize(body, nfc), U&'\2019\2018\02BC\00B4\0060\00AD\200B\200C\200D\2060\FEFF', '''''''''''');
   begin
     if position('''' in known) > 0 then
       known := regexp_replace(known, $re$(?<=[[:alnum:]])'(?:[yns]?[ıiuüaeəİI]n?|n?[dt][aeə]n?(?:ki)?|l[aeə]r[[:alpha:]]{0,4}|l[ıiuü]|s)\M$re$ collate "und-x-icu", '', 'gi');
       known := replace(known, '''', '');
     end if;
     return btrim(regexp_replace(known, '[^[:alnum:]]+' collate "und-x-icu", ' ', 'g'));
   end $$`,
  'create function search.small(words text) returns text language sql immutable strict parallel safe return lower(words collate "tr-x-icu")',
  // Small letters of languages without a dotless i.
  String.raw`create function search.small_elsewhere(words text) returns text language sql immutable strict parallel safe
   return translate(lower(words collate "und-x-icu"), U&'ё\0307', 'е')`,
  // Without marks: Şuşa is susa, Xankəndi xankendi. As it is typed on a keyboard that lacks the letters.
  String.raw`create function search.bare(words text) returns text language sql immutable strict parallel safe
   return regexp_replace(normalize(translate(words, 'ıə', 'ie'), nfd), U&'[\0300-\036F]+', '', 'g')`,
  // As it sounds, in Latin letters: Агдам, Ağdam and Aghdam are agdam; Şuşa, Shusha and Шуша are shusha.
  `create function search.folded(words text) returns text language sql immutable strict parallel safe
   return search.bare(${replaced(`translate(replace(words, 'ch', 'ç'), '${LETTERS.from}', '${LETTERS.to}')`, SOUNDS)})`,
  // Without the endings that Turkish and Azerbaijani put on nouns, as far as four letters remain.
  String.raw`create function search.stripped_once(words text) returns text language sql immutable strict parallel safe
   return regexp_replace(words, '\m([a-z]{4,}?)(?:l[ae]r)?(?:[iu]m|s?[iu])?(?:n?d[ae]n?(?:ki)?|t[ae]n?(?:ki)?|n?[iu]n|n[iuae]|[iy]?[aeiu]|[iy]?l[ae])?[kgq]?\M', '\1', 'g')`,
  `create function search.stripped(words text) returns text language sql immutable strict parallel safe
   return search.stripped_once(search.stripped_once(words))`,
  // The forms under which words are kept besides their stems.
  `create function search.forms(words text) returns text language plpgsql immutable strict parallel safe as $$
   declare
     small constant text := search.small(words);
   begin
     return search.folded(small) || ' ' || search.bare(small);
   end $$`,
  // The same without endings, for searches: a record is found by what begins with them.
  `create function search.beginnings(words text) returns text language plpgsql immutable strict parallel safe as $$
   begin
     return search.stripped(search.forms(words));
   end $$`,
  // What the stemmers make of one word; a word of no weight, such as and, is an empty string.
  `create function search.stems(word text) returns text[] language sql immutable strict parallel safe
   return array(select distinct coalesce(stem[1], '') from (values
     (ts_lexize('pg_catalog.turkish_stem', search.small(word))),
     (ts_lexize('pg_catalog.turkish_stem', translate(search.small(word), 'əxq', 'ehk'))),
     (ts_lexize('pg_catalog.russian_stem', search.small_elsewhere(word))),
     (ts_lexize('pg_catalog.english_stem', search.small_elsewhere(word)))) as stemmer (stem))`,
];

/** Misspellings: one letter wrong, missing, too many, or two in the wrong order; two in long words. */
const typos = (fuzzy: string): string[] => [
  `create function search.letters(word text) returns text[] language sql immutable strict parallel safe
   return array(select letter from string_to_table(word, null) letter order by letter)`,
  `create function search.is_typo(word text, meant text) returns boolean language plpgsql immutable strict parallel safe as $$
   declare
     allowed constant integer := case when length(word) < 4 then 0 when length(word) < 8 then 1 else 2 end;
   begin
     if allowed = 0 or length(meant) < 4 then return false; end if;
     return ${fuzzy}.levenshtein_less_equal(left(word, 60), left(meant, 60), allowed) <= allowed
       or (length(word) = length(meant) and ${fuzzy}.levenshtein_less_equal(left(word, 60), left(meant, 60), 2) <= 2
           and search.letters(word) = search.letters(meant));
   end $$`,
];

/** Names of places and officials: few, and everybody's. */
const NAMES = [
  `create function search.name_forms(names text[]) returns text language plpgsql immutable strict parallel safe as $$
   declare
     words constant text := search.tokens(array_to_string(names, ' '));
   begin
     return (select string_agg(distinct form, ' ') from (
       select string_to_table(search.forms(words) || ' ' || search.beginnings(words), ' ')
       union all select unnest(search.stems(word)) from string_to_table(words, ' ') word) known (form) where form <> '');
   end $$`,
  // How well a search fits a name, from its forms; null when a word of it is not found. More is better.
  `create function search.name_rank(name_forms text, wanted text) returns real language plpgsql immutable strict parallel safe as $$
   declare
     words constant text[] := array(select distinct string_to_table(search.tokens(wanted), ' '));
     known constant text[] := string_to_array(name_forms, ' ');
     total real := 0;
     best real;
     word text;
     folded text;
     bare text;
     forms text[];
   begin
     foreach word in array words loop
       continue when word = '';
       folded := search.folded(search.small(word));
       bare := search.bare(search.small(word));
       forms := string_to_array(search.forms(word) || ' ' || search.beginnings(word), ' ') || search.stems(word);
       select max(case
           when name = folded then 1.0
           when name = any (forms) then 0.8
           when length(folded) > 1 and starts_with(name, folded) then 0.6
           when length(bare) > 1 and starts_with(name, bare) then 0.5 end)
         into best from unnest(known) name;
       if best is null then
         select max(case when search.is_typo(folded, name) then 0.3 when search.is_typo(bare, name) then 0.2 end)
           into best from unnest(known) name;
       end if;
       if best is null then return null; end if;
       total := total + best;
     end loop;
     return total / greatest(cardinality(words), 1);
   end $$`,
  `create function search.keep_place() returns trigger language plpgsql as $$
   begin
     new.search_text := search.name_forms(array[new.name_tr, new.name_ru, new.name_az, new.name_en] || new.aliases);
     return new;
   end $$`,
  `create function search.keep_official() returns trigger language plpgsql as $$
   begin
     new.search_text := search.name_forms(array[new.name_tr, new.name_ru, new.name_az, new.name_en]);
     return new;
   end $$`,
  'create trigger keep_search before insert or update on place for each row execute function search.keep_place()',
  'create trigger keep_search before insert or update on official for each row execute function search.keep_official()',
];

const text = (locale: string): string =>
  `concat_ws(' ', incident.title #>> '{texts,${locale},text}', incident.narrative #>> '{texts,${locale},text}', place.name_${locale.toLowerCase()}, district.name_${locale.toLowerCase()})`;

/** What an incident is found by. Weights tell the languages apart: A is Turkish, B Russian, C Azerbaijani, D English. */
const DOCUMENTS = [
  `create function search.document(incident incident) returns tsvector language plpgsql stable parallel safe as $$
   declare
     tr text; ru text; az text; en text;
   begin
     select search.tokens(${text('TR')}), search.tokens(${text('RU')}), search.tokens(${text('AZ')}),
            search.tokens(concat_ws(' ', incident.reference, ${text('EN')}, array_to_string(place.aliases || district.aliases, ' ')))
       into tr, ru, az, en
       from (select) one
       left join public.place on place.key = incident.place_key
       left join public.place district on district.key = incident.district_key and district.key <> place.key;
     return setweight(to_tsvector('pg_catalog.turkish', search.small(tr)) || to_tsvector('pg_catalog.simple', search.forms(tr)), 'A')
         || setweight(to_tsvector('pg_catalog.russian', search.small_elsewhere(ru)) || to_tsvector('pg_catalog.simple', search.forms(ru)), 'B')
         || setweight(to_tsvector('pg_catalog.turkish', translate(search.small(az), 'əxq', 'ehk')) || to_tsvector('pg_catalog.simple', search.forms(az)), 'C')
         || setweight(to_tsvector('pg_catalog.english', search.small_elsewhere(en)) || to_tsvector('pg_catalog.simple', search.forms(en)), 'D');
   end $$`,
  'alter table incident_search drop column search_text, add column document tsvector',
  'update incident_search set document = search.document(incident) from incident where incident.key = incident_key',
  'alter table incident_search alter column document set not null',
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
      where lexeme !~ '[0-9]' and length(lexeme) between 3 and 60
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
    where lexeme !~ '[0-9]' and length(lexeme) between 3 and 60 group by lexeme`,
];

/**
 * Keeps incident_search in line with the record. Runs as its owner because no role may write there; it
 * reads nothing but the rows of the statement that fired it, and names of places, which are everybody's.
 */
const keeping = (path: string): string[] => [
  `create function search.keep_new_incidents() returns trigger language plpgsql security definer set search_path = ${path} as $$
   begin
     insert into incident_search (incident_key, audience, document)
     select changed.key, changed.audience, search.document(incident)
       from changed join incident on incident.key = changed.key;
     return null;
   end $$`,
  `create function search.keep_incidents() returns trigger language plpgsql security definer set search_path = ${path} as $$
   begin
     update incident_search set document = search.document(incident)
       from changed join replaced on replaced.key = changed.key join incident on incident.key = changed.key
      where incident_search.incident_key = changed.key
        and (changed.title, changed.narrative, changed.place_key, changed.district_key)
            is distinct from (replaced.title, replaced.narrative, replaced.place_key, replaced.district_key);
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

/**
 * In a large record so many of the newest are looked through before the index is asked: what every twentieth
 * of them holds is certain to be in more records than are worth ranking.
 */
const SAMPLE = 1000;

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
   return (select string_agg(quote_literal(lexeme) || suffix, ' | ') from unnest(lexemes) lexeme where lexeme <> '')::tsquery`,
  // A search as queries: every word in any of its forms (broad: misspelt or only begun, too), and in one language.
  `create function search.queries(wanted text, viewer integer, weight text, out broad tsquery, out exact tsquery, out preferred tsquery)
   language plpgsql stable set search_path = ${path}
   set pg_trgm.similarity_threshold = 0.2 set plan_cache_mode = force_custom_plan as $$
   declare
     words constant text[] := (select array_agg(word order by n) from (
       select word, min(n) as n from string_to_table(search.tokens(wanted), ' ') with ordinality given (word, n)
        where word <> '' group by word order by 2 limit 16) taken);
     weighty constant text[] := array(select word from unnest(words) with ordinality given (word, n)
        where '' <> all (search.stems(word)) order by n);
     word text;
     folded text;
     bare text;
     forms text[];
     begun text[];
     meant tsquery;
     likely tsquery;
   begin
     foreach word in array case when cardinality(weighty) > 0 then weighty else coalesce(words, '{}') end loop
       folded := search.folded(search.small(word));
       bare := search.bare(search.small(word));
       forms := array(select distinct form from unnest(string_to_array(search.forms(word), ' ') || search.stems(word)) form where form <> '');
       continue when cardinality(forms) = 0;
       exact := case when exact is null then search.any_of(forms, '') else exact && search.any_of(forms, '') end;
       preferred := case when preferred is null then search.any_of(forms, ':' || weight) else preferred && search.any_of(forms, ':' || weight) end;
       begun := array(select distinct form from unnest(array[folded, bare] || string_to_array(search.beginnings(word), ' ')) form
                       where length(form) > 2 and word !~ '^[0-9]+$');
       if word !~ '[0-9]' and not exists (
         select from search.word known where known.audience & viewer <> 0
            and (known.word = any (forms) or (length(folded) > 2 and known.word >= folded and known.word < folded || chr(1114111)))
       ) then
         forms := forms || array(
           select known.word from search.word known where known.audience & viewer <> 0
              and ((known.word % folded and search.is_typo(folded, known.word)) or (known.word % bare and search.is_typo(bare, known.word)))
            group by known.word
            order by least(levenshtein(known.word, left(folded, 60)), levenshtein(known.word, left(bare, 60))), known.word limit 12);
       end if;
       -- The index reads every word it is asked for, so what another one covers is left out.
       meant := search.any_of(array(select form from unnest(forms) form where not exists (
                  select from unnest(begun) beginning where starts_with(form, beginning))), '');
       likely := search.any_of(array(select form from unnest(begun) form where not exists (
                  select from unnest(begun) beginning where starts_with(form, beginning) and form <> beginning)), ':*');
       meant := case when meant is null then likely when likely is null then meant else meant || likely end;
       broad := case when broad is null then meant else broad && meant end;
     end loop;
   end $$`,
  `create function search.incidents(wanted text, locale text, most integer)
   returns table (incident_key uuid, rank real, query tsquery)
   language plpgsql stable security definer rows 500 set search_path = ${path}
   set plan_cache_mode = force_custom_plan set enable_seqscan = off set max_parallel_workers_per_gather = 0 as $$
   declare
     viewer constant integer := search.viewer_bit();
     broad tsquery;
     exact tsquery;
     preferred tsquery;
     found uuid[];
   begin
     if viewer is null then return; end if;
     select * into broad, exact, preferred
       from search.queries(wanted, viewer, case locale when 'TR' then 'A' when 'RU' then 'B' when 'AZ' then 'C' else 'D' end);
     if broad is null then
       if most is null then return query select key, 0::real, null::tsquery from incident where audience & viewer <> 0;
       else return query select null::uuid, 0::real, null::tsquery; end if;
       return;
     end if;
     if most is null then
       return query select s.incident_key, 0::real, broad from incident_search s where s.document @@ broad and s.audience & viewer <> 0;
       return;
     end if;
     if (select sum(n) from incident_tally where grain = 'total' and audience & viewer <> 0) > most * 20
        and (select count(*) from (select key from incident where audience & viewer <> 0 order by occurred_from desc, key desc limit ${SAMPLE}) newest
               join incident_search s on s.incident_key = newest.key where s.document @@ broad) > most / 60 then
       return query select null::uuid, 0::real, broad;
       return;
     end if;
     found := array(select s.incident_key from incident_search s where s.document @@ broad and s.audience & viewer <> 0 limit most + 1);
     if cardinality(found) > most then
       return query select null::uuid, 0::real, broad;
       return;
     end if;
     return query
       select s.incident_key,
              ((s.document @@ preferred)::int * 2 + (s.document @@ exact)::int + ts_rank(
                case locale when 'TR' then '{.3,.3,.3,1}' when 'RU' then '{.3,.3,1,.3}' when 'AZ' then '{.3,1,.3,.3}' else '{1,.3,.3,.3}' end::real[],
                s.document, broad) + 1e-6)::real,
              broad
         from incident_search s where s.incident_key = any (found) and s.audience & viewer <> 0;
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
const FOR_ROLES = ['search.incidents(text, text, integer)', 'search.incident_count(text)'] as const;
const FOR_TRIGGERS = [
  'note_words',
  'keep_place',
  'keep_official',
  'keep_new_incidents',
  'keep_incidents',
  'keep_incidents_of_places',
] as const;

export class IndexSearch1795600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create schema search');
    const trigrams = await extension(runner, 'pg_trgm');
    const fuzzy = await extension(runner, 'fuzzystrmatch');
    const path = [...new Set(['search', 'public', trigrams, fuzzy])].join(', ').concat(', pg_temp');
    const statements = [
      // Loads the library, so that the setting that search.queries fixes is known.
      `select ${trigrams}.show_limit()`,
      ...FOLDING,
      ...typos(fuzzy),
      ...NAMES,
      ...DOCUMENTS,
      ...words(path, trigrams),
      ...keeping(path),
      ...searching(path),
      `grant usage on schema search to ${ROLES.join(', ')}`,
      `revoke execute on function ${FOR_ROLES.join(', ')}, search.queries(text, integer, text) from public`,
      `revoke execute on function ${FOR_TRIGGERS.map((name) => `search.${name}()`).join(', ')} from public`,
      `grant execute on function ${FOR_ROLES.join(', ')} to ${ROLES.join(', ')}`,
      'update place set key = key',
      'update official set key = key',
    ];
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table incident_search drop column document, add column search_text text');
    await runner.query('drop schema search cascade');
    await runner.query(`update incident_search set search_text = ''`);
    await runner.query('alter table incident_search alter column search_text set not null');
  }
}

/** Makes an extension that owners of a database may make, and answers the schema it is in. */
async function extension(runner: QueryRunner, name: string): Promise<string> {
  await runner.query(`create extension if not exists ${name} schema search`);
  const [row]: { schema: string }[] = await runner.query(
    'select quote_ident(nspname) as schema from pg_extension join pg_namespace on pg_namespace.oid = extnamespace where extname = $1',
    [name],
  );
  if (!row) throw new Error(`The extension ${name} is not there`);
  return row.schema;
}
