import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Root folder of the package, for sources and built files alike. */
export const PACKAGE_ROOT = findRoot(import.meta.dirname);

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('No package.json above the sources');
  return findRoot(parent);
}
