import type { Migration } from './migration.js';

/** At most 100,000 people in each number of casualties: MAX_CASUALTIES of src/domain/limits.ts. */
export const boundCasualties: Migration = {
  name: '0010-bound-casualties',
  async up(runner) {
    // Not valid: rows of before may be larger, and stay as they are.
    await runner.query(`alter table casualties add constraint casualties_are_bounded
      check (greatest(killed, wounded, detained) <= 100000) not valid`);
  },
  async down(runner) {
    await runner.query('alter table casualties drop constraint casualties_are_bounded');
  },
};
