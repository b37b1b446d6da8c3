import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

export const BENCH = fileURLToPath(new URL('.', import.meta.url));

/** The Merzili checkout that is measured: this one, or BENCH_PROJECT. It must be built. */
export const PROJECT = resolve(process.env.BENCH_PROJECT ?? join(BENCH, '..'));

/** Folder of databases, keys and logs between runs. */
export const DATA = resolve(process.env.BENCH_DATA_DIR ?? join(BENCH, '.data'));

/** A module of the measured checkout, such as `database/migrate.js`. */
export function fromProject(path) {
  return import(pathToFileURL(join(PROJECT, 'dist/src', path)).href);
}
