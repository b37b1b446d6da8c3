import { join } from 'node:path';
import type { EntityManager } from 'typeorm';
import { PACKAGE_ROOT } from '../../common/package-root.js';
import { readCsv } from '../../csv/csv-file.js';

const FILE = join(PACKAGE_ROOT, 'data', 'glossary.csv');
const COLUMNS = ['key', 'en', 'tr', 'ru', 'az', 'category', 'uncertain', 'also'] as const;
/** What the glossary remarks on a term. */
const REMARK = /\s*\([^)]*\)/g;

/**
 * Keeps what is searched in line with the glossary: of a row that names other words for the same in its
 * column `also`, each term and each of those words finds what the others find.
 */
export async function keepSynonyms(manager: EntityManager): Promise<void> {
  const { rows, problems } = await readCsv(FILE, COLUMNS);
  if (problems.length > 0) throw new Error(`${FILE}: ${problems[0]?.message}`);
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
