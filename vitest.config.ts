import { createRequire } from 'node:module';
import { defineConfig } from 'vitest/config';

const graphql = createRequire(import.meta.url).resolve('graphql');

/** What every kind of test shares. */
export const common = defineConfig({
  // Vite and Node would otherwise load graphql twice, once as ESM and once as CommonJS.
  resolve: { alias: [{ find: /^graphql$/, replacement: graphql }] },
  test: {
    maxWorkers: 2,
    // Files share what they import, which saves seconds for each: a test undoes what it changes in a module.
    isolate: false,
    // Races and faults depend on machines that others share: CI counts the third failure.
    retry: process.env.CI ? 2 : 0,
    provide: { isLong: false },
  },
});

/** A test on a real PostgreSQL, which starts once for all files. */
export const onDatabase = {
  globalSetup: ['test/support/postgres.ts'],
  testTimeout: 30_000,
  hookTimeout: 60_000,
};

/**
 * `npm test`. The suffix of a file decides where it runs: `*.unit.test.ts` without a database, other
 * `*.test.ts` on PostgreSQL, `*.long.test.ts` only by `npm run test:long` (vitest.long.config.ts).
 */
export default defineConfig({
  ...common,
  test: {
    ...common.test,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.unit.test.ts'],
          setupFiles: ['test/support/no-database.ts'],
          provide: {
            ownerUrl: 'postgres://nobody@127.0.0.1:1/none',
            secret: 'none',
            template: 'none',
          },
        },
      },
      {
        extends: true,
        test: {
          ...onDatabase,
          globalSetup: ['test/support/graphiql-page.ts', ...onDatabase.globalSetup],
          name: 'database',
          include: ['test/**/*.test.ts'],
          exclude: ['test/**/*.{unit,long}.test.ts'],
        },
      },
    ],
  },
});
