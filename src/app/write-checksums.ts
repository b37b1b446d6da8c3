import { readFile, writeFile } from 'node:fs/promises';
import { MIGRATIONS } from '../../migrations/series.js';
import { CHECKSUMS_PATH, packageVersion, parseChecksums, updateChecksums } from './checksums.js';

/**
 * `npm run checksums`: writes the checksums of migrations that have not landed. Fails if a landed migration has
 * changed.
 */
const text = await readFile(CHECKSUMS_PATH, 'utf8').catch(() => '{}');
const names = MIGRATIONS.map(({ name }) => name);
const { entries, changed } = await updateChecksums(parseChecksums(text), names, packageVersion());
if (changed.length > 0) {
  process.stderr.write(`error: landed migrations never change: restore ${changed.join(', ')}\n`);
  process.exitCode = 1;
} else {
  await writeFile(CHECKSUMS_PATH, `${JSON.stringify(entries, null, 2)}\n`);
}
