import { type Migration, runSql } from './migration.js';

/** A search without words finds nothing, and a turned e is a schwa. */
export const requireSearchWords: Migration = {
  name: '0015-require-search-words',
  isCompatible: true,
  async up(runner) {
    await runSql(runner, '0015-search-words.sql');
  },
  async down(runner) {
    await runSql(runner, '0015-search-words-down.sql');
  },
};
