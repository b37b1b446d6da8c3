import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/common/package-root.js';
import { bundleGraphiql } from '../../src/graphiql/bundle.js';

/** The GraphiQL page as its sources are now, which `npm run build` may not have seen. */
export default function setup(): Promise<void> {
  return bundleGraphiql(join(PACKAGE_ROOT, 'dist/graphiql'));
}
