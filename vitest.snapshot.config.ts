import { defineConfig } from 'vitest/config';
import { common, onDatabase } from './vitest.config.js';

/** `npm run snapshot-release`: writes a database of this version to test/migrations/snapshots as the start of later upgrades. */
export default defineConfig({
  ...common,
  test: { ...common.test, ...onDatabase, include: ['test/migrations/snapshot-release.ts'] },
});
