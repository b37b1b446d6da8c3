import { type Migration, runSql } from './migration.js';

/** Imports check, index and aggregate whole statements at once instead of row after row. */
export const batchChecks: Migration = {
  name: '0013-batch-checks',
  isCompatible: true,
  async up(runner) {
    await runSql(runner, '0013-search-documents.sql');
    await runSql(runner, '0013-check-statements.sql');
    await runSql(runner, '0002-row-security.sql', { table: 'unchecked_incident' });
    await runSql(runner, '0013-roll-up-once.sql');
  },
  async down(runner) {
    await runSql(runner, '0013-down.sql');
  },
};
