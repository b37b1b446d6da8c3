import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { PACKAGE_ROOT } from '../../src/common/package-root.js';
import { bundleGraphiql } from '../../src/graphiql/bundle.js';

/**
 * Bundles the GraphiQL page as its sources are now, when a test of test/graphiql/ runs. It does so before any
 * test starts: servers read the folder at boot. Other tests serve the page that `npm ci` has built.
 */
export default async function setup({ vitest }: TestProject): Promise<void> {
  if (!vitest.state.getPaths().some((path) => path.includes('/test/graphiql/'))) return;
  await bundleGraphiql(join(PACKAGE_ROOT, 'dist/graphiql'));
}
