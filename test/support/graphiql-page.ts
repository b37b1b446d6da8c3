import { join } from 'node:path';
import { bundleGraphiql } from '../../src/graphiql/bundle.js';
import { PACKAGE_ROOT } from '../../src/package-root.js';

/** The GraphiQL page as its sources are now, which `npm run build` may not have seen. */
export default function setup(): Promise<void> {
  return bundleGraphiql(join(PACKAGE_ROOT, 'dist/graphiql'));
}
