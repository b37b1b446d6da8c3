import type { MigrationInterface, QueryRunner } from 'typeorm';
import { makeExtension } from './extension.js';

const BITS = { merzili_tur: 1, merzili_rus: 2, merzili_aze: 4, merzili_public: 8 } as const;

/** Texts of an incident in a language, and the names of where it occurred. */
const texts = (locale: string): string =>
  `incident.title #>> '{texts,${locale},text}', incident.narrative #>> '{texts,${locale},text}', place.name_${locale.toLowerCase()}, district.name_${locale.toLowerCase()}`;
const tokens = (parts: string): string => `search.tokens(concat_ws(' ', ${parts}))`;

/** The columns that a search may be narrowed by, as search.codes takes them. */
const narrowedBy = (row: string): string =>
  ['category', 'severity', 'status', 'originator', 'place_key', 'occurred_from']
    .map((column) => `${row}.${column}`)
    .join(', ');

/** What an incident is found by. Weights tell the languages apart: A is Turkish, B Russian, C Azerbaijani, D English. */
const DOCUMENTS = [
  // A code as a lexeme, by which a search is narrowed. No word has a stroke in it. Functions that are not strict are
  // written out where they are called.
  `create function search.facet(kind text, code text) returns text language sql immutable parallel safe
   return case kind when 'category' then search.lexeme(code) else '_' || kind || ':' || lower(code) end`,
  // When an incident occurred: its day, month and year.
  `create function search.times(occurred_from timestamptz) returns text[] language sql stable parallel safe
   return array['_@' || to_char(occurred_from at time zone 'UTC', 'YYYYMMDD'), '_@' || to_char(occurred_from at time zone 'UTC', 'YYYYMM'), '_@' || to_char(occurred_from at time zone 'UTC', 'YYYY')]`,
  `create function search.codes(category text, severity text, status text, originator text, place_key integer, occurred_from timestamptz)
   returns text[] language sql stable parallel safe
   return array_remove(array[search.facet('category', category), search.facet('severity', severity), search.facet('status', status),
     search.facet('originator', originator), search.facet('place', place_key::text)], null) || search.times(occurred_from)`,
  // The languages are folded as lines of one text: folding takes much the same time for four short texts as for one.
  `create function search.document(incident incident) returns tsvector language plpgsql stable parallel safe as $$
   declare
     tr text; ru text; az text; en text; kind text; lines text; small text[]; folded text[]; typed text[];
   begin
     select ${tokens(texts('TR'))}, ${tokens(texts('RU'))}, ${tokens(texts('AZ'))},
            ${tokens(`incident.reference, ${texts('EN')}, array_to_string(place.aliases || district.aliases, ' ')`)},
            place.kind
       into tr, ru, az, en, kind
       from (select) one
       left join public.place on place.key = incident.place_key
       left join public.place district on district.key = incident.district_key and district.key <> place.key;
     lines := search.small(concat(tr, chr(10), ru, chr(10), az, chr(10), en));
     small := string_to_array(lines, chr(10));
     folded := string_to_array(search.folded(lines), chr(10));
     typed := string_to_array(search.typed(lines), chr(10));
     return setweight(to_tsvector('pg_catalog.turkish', small[1]) || to_tsvector('pg_catalog.simple', folded[1] || ' ' || typed[1]), 'A')
         || setweight(to_tsvector('pg_catalog.russian', search.small_elsewhere(ru)) || to_tsvector('pg_catalog.simple', folded[2] || ' ' || typed[2]), 'B')
         || setweight(to_tsvector('pg_catalog.turkish', translate(small[3], 'əxq', 'ehk')) || to_tsvector('pg_catalog.simple', folded[3] || ' ' || typed[3]), 'C')
         || setweight(to_tsvector('pg_catalog.english', search.small_elsewhere(en)) || to_tsvector('pg_catalog.simple', folded[4] || ' ' || typed[4]), 'D')
         || array_to_tsvector(array_remove(search.codes(${narrowedBy('incident')}) || search.lexeme(kind), null));
   end $$`,
  'alter table incident_search drop column search_text, add column occurred_from timestamptz(3), add column document tsvector',
  // Very many rows are read for a common word, so documents are to lie beside the table, which then is small. PostgreSQL
  // puts aside parts of rows of more than 2 kB alone: a filler makes every row one, and shrinks to a few bytes.
  `alter table incident_search add column filler text not null default repeat(' ', 2000), alter column document set storage external`,
  'alter table incident_search set (toast_tuple_target = 128)',
  'update incident_search set occurred_from = incident.occurred_from, document = search.document(incident) from incident where incident.key = incident_key',
  'alter table incident_search alter column occurred_from set not null, alter column document set not null',
  // One for each audience, so that neither an answer nor the time it takes depends on records that are hidden.
  // Writers put lexemes aside, and every hundredth or so sorts them in, which halves what a write costs; so few are soon searched.
  ...Object.entries(BITS).map(
    ([role, bit]) =>
      `create index incident_search_${role.slice('merzili_'.length)}_idx on incident_search using gin (document)
       with (fastupdate = on, gin_pending_list_limit = 256) where (audience & ${bit}) <> 0`,
  ),
];

/** Notes the words of documents that are new. */
const noted = (documents: string): string =>
  `insert into search.word (word, audience)
     select lexeme, bit_or(audience) from ${documents} made, unnest(tsvector_to_array(document)) lexeme
      where lexeme !~ '[0-9_]' and length(lexeme) between 3 and 60
        and not exists (select from search.word same where same.word = lexeme and same.audience & made.audience = made.audience)
      group by lexeme`;

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
     ${noted('(select new.document, new.audience)')};
     return null;
   end $$`,
  // Who sees a record from now on may have read its words. Those of a document are noted where it is made.
  `create trigger note_words after update on incident_search for each row when (old.audience is distinct from new.audience)
   execute function search.note_words()`,
  `insert into search.word select lexeme, bit_or(audience) from incident_search, unnest(document)
    where lexeme !~ '[0-9_]' and length(lexeme) between 3 and 60 group by lexeme`,
];

/** Whether a row `changed` says other words than the one it `replaced`, by its texts or by where it occurred. */
const hasOtherTexts = `(changed.title, changed.narrative, changed.place_key, changed.district_key)
        is distinct from (replaced.title, replaced.narrative, replaced.place_key, replaced.district_key)`;

/**
 * Keeps incident_search in line with the record. Runs as its owner because no role may write there; it
 * reads nothing but the rows of the statement that fired it, and names of places, which are everybody's.
 */
const keeping = (path: string): string[] => [
  `create function search.keep_new_incidents() returns trigger language plpgsql security definer set search_path = ${path} as $$
   begin
     with made as (
       insert into incident_search (incident_key, audience, occurred_from, document)
       select changed.key, changed.audience, changed.occurred_from, search.document(incident)
         from changed join incident on incident.key = changed.key
       returning document, audience)
     ${noted('made')};
     return null;
   end $$`,
  `create function search.keep_incidents() returns trigger language plpgsql security definer set search_path = ${path} as $$
   begin
     update incident_search
        set occurred_from = changed.occurred_from,
            document = ts_delete(document, search.codes(${narrowedBy('replaced')})) || array_to_tsvector(search.codes(${narrowedBy('changed')}))
       from changed join replaced on replaced.key = changed.key
      where incident_search.incident_key = changed.key and not ${hasOtherTexts}
        and (${narrowedBy('changed')}) is distinct from (${narrowedBy('replaced')});
     if exists (select from changed join replaced on replaced.key = changed.key and ${hasOtherTexts}) then
       with made as (
         update incident_search set occurred_from = changed.occurred_from, document = search.document(incident)
           from changed join replaced on replaced.key = changed.key and ${hasOtherTexts} join incident on incident.key = changed.key
          where incident_search.incident_key = changed.key
         returning incident_search.document, incident_search.audience)
       ${noted('made')};
     end if;
     return null;
   end $$`,
  `create function search.keep_incidents_of_places() returns trigger language plpgsql security definer set search_path = ${path} as $$
   begin
     with made as (
       update incident_search set document = search.document(incident)
         from incident where incident.key = incident_search.incident_key
          and (incident.place_key in (select key from changed) or incident.district_key in (select key from changed))
       returning incident_search.document, incident_search.audience)
     ${noted('made')};
     return null;
   end $$`,
  `create trigger keep_search_on_insert after insert on incident referencing new table as changed
   for each statement execute function search.keep_new_incidents()`,
  `create trigger keep_search_on_update after update on incident referencing old table as replaced new table as changed
   for each statement execute function search.keep_incidents()`,
  `create trigger keep_search_of_incidents after update on place referencing new table as changed
   for each statement execute function search.keep_incidents_of_places()`,
];

const FOR_TRIGGERS = [
  'note_words',
  'keep_new_incidents',
  'keep_incidents',
  'keep_incidents_of_places',
] as const;

/** What incidents are found by, in any of the four languages, kept in line with the record. */
export class IndexIncidents1795610000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const trigrams = await makeExtension(runner, 'pg_trgm');
    const path = 'search, public, pg_temp';
    const statements = [
      ...DOCUMENTS,
      ...words(path, trigrams),
      ...keeping(path),
      `revoke execute on function ${FOR_TRIGGERS.map((name) => `search.${name}()`).join(', ')} from public`,
    ];
    for (const statement of statements) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      'alter table incident_search drop column document, drop column occurred_from, drop column filler, add column search_text text',
    );
    await runner.query('alter table incident_search reset (toast_tuple_target)');
    await runner.query(`drop function ${FOR_TRIGGERS.map((name) => `search.${name}()`).join(', ')} cascade`);
    await runner.query(
      'drop function search.document(incident), search.codes(text, text, text, text, integer, timestamptz), search.times(timestamptz), search.facet(text, text)',
    );
    await runner.query('drop table search.word');
    await runner.query(`update incident_search set search_text = ''`);
    await runner.query('alter table incident_search alter column search_text set not null');
  }
}
