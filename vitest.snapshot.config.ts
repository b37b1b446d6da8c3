import { defineConfig } from 'vitest/config';
import { common, onDatabase } from './vitest.config.js';

/** `npm run keep-release`: keeps a database of this version in test/migrations/kept, to upgrade from later. */
export default defineConfig({
  ...common,
  test: { ...common.test, ...onDatabase, include: ['test/migrations/keep-release.ts'] },
});
