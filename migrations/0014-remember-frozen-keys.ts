import { type Migration, runSql } from './migration.js';

/** The keys that a freeze is about: a token of one of them does not lift it. */
export const rememberFrozenKeys: Migration = {
  name: '0014-remember-frozen-keys',
  isCompatible: true,
  async up(runner) {
    await runSql(runner, '0014-frozen-keys.sql');
  },
  async down(runner) {
    await runner.query('alter table issuer_freeze drop column keys');
  },
};
