import { AUDIENCES } from '../../src/domain/scopes.js';
import type { SqlWorld } from './plain-sql.js';

/** Words of records that everybody sees, that some see, and misspellings of either. */
const SEARCHES = [
  '',
  '…',
  'mine',
  'hidden record',
  'kukumavx',
  ...'abcdefgijklmno'.split('').map((letter) => `kukumav${letter}`),
  // With numbers in them they are not mended: all records of a mask, and a single one.
  ...[1, 2, 3, 4, 6, 9, 12].map((mask) => `birdmask${mask}x`),
  'birdmask15x13',
  'oystercatcher',
  'oyst',
  'birdmask14x12',
  // What TUR alone has another word for, and a word of TUR's with a hyphen in it.
  'drone',
  'oy-st',
];
/** How many the caller wants at the most: few, so that a record counts as large, and many. */
const MOST = [null, 1, 3, 5, 3_000];
/** What a count may be narrowed by. */
const COUNTED = [
  '',
  ", array[search.among('originator', array['TUR'])]",
  ", null, '2020-01-01', '2040-01-01'",
];
/** How many of those found beyond that the caller wants, the newest first. */
const PAGES = [null, 4];

/**
 * Plants a word that everybody reads in one record, and TUR alone in five more: whether it counts as common
 * must depend on what its reader sees. And two words in one record of TUR alone: a short one that begins it, and one that
 * means what others say otherwise; only for TUR are they words of the record.
 */
export async function plantUnevenWord({ owner }: SqlWorld): Promise<void> {
  await owner.query('alter table incident disable trigger note_inserted, disable trigger note_updated');
  await owner.query(
    `with uneven as (
       (select key from incident where audience = 1 order by occurred_from desc limit 5)
       union all (select key from incident where audience = 15 order by occurred_from desc limit 1))
     update incident set title = jsonb_set(title, '{texts,EN,text}', '"oystercatcher"')
      where key in (select key from uneven)`,
  );
  await owner.query(
    `update incident set title = jsonb_set(title, '{texts,EN,text}', '"oyst БЛА"')
      where key = (select key from incident where audience = 1 order by occurred_from limit 1)`,
  );
  await owner.query('alter table incident enable trigger note_inserted, enable trigger note_updated');
}

/** What the functions of the search answer each role, of all there is to ask them. */
export async function searchAnswers({ intruders }: SqlWorld): Promise<unknown[]> {
  const answers: unknown[] = [];
  for (const audience of AUDIENCES) {
    for (const search of SEARCHES) {
      for (const most of MOST) {
        for (const page of PAGES) {
          const found = await intruders[audience].attempt(
            "select incident_key::text as key, rank, query::text from search.incidents($1, 'EN', $2, page => $3) order by 1",
            [search, most, page],
          );
          answers.push([audience, search, most, page, found]);
        }
      }
      for (const further of COUNTED) {
        const counted = await intruders[audience].attempt(
          `select search.incident_count($1${further})::int as n`,
          [search],
        );
        answers.push([audience, search, further, counted]);
      }
    }
  }
  return answers;
}
