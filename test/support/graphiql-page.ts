import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/common/package-root.js';
import { bundleGraphiql } from '../../src/graphiql/bundle.js';

/**
 * Bundles the GraphiQL page as its sources are now. Other tests serve the page that `npm ci` has built, and
 * never look at it.
 */
export function bundlePage(): Promise<void> {
  return bundleGraphiql(join(PACKAGE_ROOT, 'dist/graphiql'));
}
