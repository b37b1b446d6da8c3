import { join } from 'node:path';
import type { EntityManager } from 'typeorm';
import { PACKAGE_ROOT } from '../../common/package-root.js';
import { readCsv } from '../../csv/csv-file.js';
import { ImportProblems } from '../../csv/problem.js';

const FILE = join(PACKAGE_ROOT, 'data', 'glossary.csv');
const COLUMNS = ['key', 'en', 'tr', 'ru', 'az', 'category', 'uncertain', 'also'] as const;
/** A remark on a term, in parentheses. */
const REMARK = /\s*\([^)]*\)/g;

/**
 * Updates the synonyms of the search from the glossary. If a row lists words in its column `also`, its terms and
 * those words find the same records.
 */
export async function updateSynonyms(manager: EntityManager): Promise<void> {
  const problems = new ImportProblems(FILE);
  const rows = [];
  for await (const row of readCsv(FILE, COLUMNS, problems)) rows.push(row);
  problems.throwIfAny();
  const phrases = rows
    .filter(({ cells }) => cells.also !== '')
    .flatMap(({ cells: { key, en, tr, ru, az, also } }) =>
      [en, tr, ru, az, ...also.split('|')].map((phrase) => ({ key, phrase: phrase.replace(REMARK, '') })),
    );
  await manager.query('select search.replace_synonyms($1, $2)', [
    phrases.map(({ key }) => key),
    phrases.map(({ phrase }) => phrase),
  ]);
}
