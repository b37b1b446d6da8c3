import { defineConfig } from 'vitest/config';
import { common, onDatabase } from './vitest.config.js';

/** `npm run test:long`: random worlds, differential runs and faults, in more rounds than `npm test` has time for. */
export default defineConfig({
  ...common,
  test: { ...common.test, ...onDatabase, include: ['test/**/*.long.test.ts'] },
});
