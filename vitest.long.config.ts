import { defineConfig } from 'vitest/config';
import { common, onDatabase } from './vitest.config.js';

/** Tests of `npm test` that make more rounds here, from another seed at each run (test/support/rounds.ts). */
export const WITH_MORE_ROUNDS = [
  'test/execution/odd-documents.test.ts',
  'test/faults/database.test.ts',
  'test/faults/kill.test.ts',
  'test/graphql-types/localized-text.test.ts',
  'test/modules/incidents/read/viewer-actions.test.ts',
  'test/modules/incidents/write/races.test.ts',
  'test/planner/differential.test.ts',
  'test/separation/canaries.test.ts',
  'test/separation/connections.test.ts',
  'test/separation/two-worlds-writing.test.ts',
  'test/separation/two-worlds.test.ts',
];

/** `npm run test:long`: random worlds, differential runs and faults, in more rounds than `npm test` has time for. */
export default defineConfig({
  ...common,
  test: {
    ...common.test,
    ...onDatabase,
    include: ['test/**/*.long.test.ts', ...WITH_MORE_ROUNDS],
    provide: { isLong: true },
  },
});
