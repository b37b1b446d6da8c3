import type { MigrationInterface, QueryRunner } from 'typeorm';
import { makeExtension } from './extension.js';

const ROLES = ['merzili_tur', 'merzili_rus', 'merzili_aze', 'merzili_public'] as const;

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
  // Any text as words, case kept. An ending set off by an apostrophe (Ağdam'da, Aghdam's), or from capitals by a hyphen
  // (PUA-lar), goes; so does what cannot be seen.
  String.raw`create function search.tokens(body text) returns text language plpgsql immutable strict parallel safe as $$
   declare
     known text := translate(normalize(body, nfc), U&'\2019\2018\02BC\00B4\0060\00AD\200B\200C\200D\2060\FEFF', '''''''''''');
   begin
     if position('''' in known) > 0 then
       known := regexp_replace(known, $re$(?<=[[:alnum:]])'(?:[yns]?[ıiuüaeəİI]n?|n?[dt][aeə]n?(?:ki)?|l[aeə]r[[:alpha:]]{0,4}|l[ıiuü]|s)\M$re$ collate "und-x-icu", '', 'gi');
       known := replace(known, '''', '');
     end if;
     if position('-' in known) > 0 then
       known := regexp_replace(known, $re$(?<=[[:upper:]][[:upper:]])-(?:[yns]?[ıiuüaeə]n?|n?[dt][aeə]n?(?:ki)?|l[aeə]r[[:alpha:]]{0,4}|l[ıiuü]|s)\M$re$ collate "und-x-icu", '', 'g');
     end if;
     return btrim(regexp_replace(known, '[^[:alnum:]]+' collate "und-x-icu", ' ', 'g'));
   end $$`,
  'create function search.small(words text) returns text language sql immutable strict parallel safe return lower(words collate "tr-x-icu")',
  // Small letters of languages without a dotless i.
  String.raw`create function search.small_elsewhere(words text) returns text language sql immutable strict parallel safe
   return translate(lower(words collate "und-x-icu"), U&'ё\0307', 'е')`,
  // Without marks: Şuşa is susa, Xankəndi xankendi.
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
  // A word without what Turkish and Azerbaijani derive others by: mayınlı (mined) is mayın.
  String.raw`create function search.underived(word text) returns text language sql immutable strict parallel safe
   return regexp_replace(search.small(word), '^([[:alpha:]]{3,}?)(?:l[ıiuü][kğqg]?|s[ıiuü]z)(?:l[aeə]r)?[[:alpha:]]{0,3}$' collate "und-x-icu", '\1')`,
  // The same of a word typed on a keyboard that lacks its letters: Şuşa as Susa is susa.
  `create function search.typed(words text) returns text language sql immutable strict parallel safe
   return search.folded(search.bare(words))`,
  // The forms under which words are kept besides their stems.
  `create function search.forms(words text) returns text language plpgsql immutable strict parallel safe as $$
   declare
     small constant text := search.small(words);
   begin
     return search.folded(small) || ' ' || search.typed(small);
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

/**
 * The words of labels, which are everybody's: a record is found by what its category is called, and a place by
 * what its kind is, though only the code is stored. A label's lexeme is its code, set off by a stroke from all words.
 * A place takes up a label that has changed when it is next written.
 */
const LABELS = [
  'create table search.label (word text collate "C" not null, lexeme text not null, primary key (word, lexeme))',
  'alter table search.label enable row level security',
  'alter table search.label force row level security',
  'create policy owner on search.label to current_user using (true) with check (true)',
  `create function search.lexeme(code text) returns text language sql immutable parallel safe return '_' || lower(code)`,
  // Takes the code and a text of every label there is; what is kept of others goes.
  `create function search.keep_labels(codes text[], texts text[]) returns void language sql as $$
     with given as (
       select distinct form as word, search.lexeme(code) as lexeme
         from unnest(codes, texts) label (code, body), string_to_table(search.tokens(body), ' ') token,
              unnest(string_to_array(search.forms(token), ' ') || search.stems(token)) form
        where form <> '' and '' <> all (search.stems(token))),
     gone as (delete from search.label where (word, lexeme) not in (select word, lexeme from given))
     insert into search.label (word, lexeme) select word, lexeme from given on conflict do nothing $$`,
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
  // The words of a search, each with its forms: as it sounds, as it is typed, and the others.
  `create function search.name_query(wanted text) returns text[] language sql immutable strict parallel safe
   return array(select concat_ws(' ', search.forms(word), search.beginnings(word), array_to_string(search.stems(word), ' '))
                  from (select distinct string_to_table(search.tokens(wanted), ' ')) given (word) where word <> '')`,
  // How well a search fits a name, from the forms of both; null when a word of it is not found. More is better, and
  // less than a half is a misspelt word, if such are taken.
  `create function search.name_rank(name_forms text, query text[], takes_misspelt boolean) returns real language plpgsql immutable strict parallel safe as $$
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
         select max(case when search.is_typo(forms[1], name) then 0.3 when search.is_typo(forms[2], name) then 0.2 end)
           into best from unnest(known) name where abs(length(name) - length(forms[1])) < 3 or abs(length(name) - length(forms[2])) < 3;
       end if;
       if best is null then return null; end if;
       total := total + best;
     end loop;
     return total / greatest(cardinality(query), 1);
   end $$`,
  `create function search.keep_place() returns trigger language plpgsql set search_path = search, public, pg_temp as $$
   begin
     new.search_text := concat_ws(' ', search.name_forms(array[new.name_tr, new.name_ru, new.name_az, new.name_en] || new.aliases),
       (select string_agg(label.word, ' ') from search.label where label.lexeme = search.lexeme(new.kind)));
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

/** Folding of spellings, and the names of places and officials found by any of them. */
export class FoldNames1795600000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('create schema search');
    const fuzzy = await makeExtension(runner, 'fuzzystrmatch');
    const statements = [
      ...FOLDING,
      ...typos(fuzzy),
      ...LABELS,
      ...NAMES,
      `grant usage on schema search to ${ROLES.join(', ')}`,
      'revoke execute on function search.keep_labels(text[], text[]), search.keep_place(), search.keep_official() from public',
      'update place set key = key',
      'update official set key = key',
    ];
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema search cascade');
  }
}
