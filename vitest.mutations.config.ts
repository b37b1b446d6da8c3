import { defineConfig } from 'vitest/config';
import { withSwitches } from './test/mutations/rule-sites.js';
import { common, onDatabase } from './vitest.config.js';

/** Breaks one guard after the other, each in memory or in a database of its own, and sees the tests notice. */
export default defineConfig({
  ...common,
  plugins: [
    {
      name: 'row rules that can be switched off',
      enforce: 'pre',
      transform(source: string, file: string) {
        if (!/\/src\/[^?]*\.ts$/.test(file)) return null;
        const switched = withSwitches(source, file);
        return switched.sites.length === 0 ? null : { code: switched.source, map: null };
      },
    },
  ],
  test: {
    ...common.test,
    include: ['test/mutations/**/*.mutation.ts'],
    globalSetup: [...onDatabase.globalSetup, 'test/mutations/total.ts'],
    retry: 0,
    isolate: true,
    testTimeout: 900_000,
    hookTimeout: 120_000,
  },
});
