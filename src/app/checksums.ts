import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { MIGRATIONS_FOLDER } from '../../migrations/migration.js';
import { MIGRATIONS } from '../../migrations/series.js';
import { PACKAGE_ROOT } from '../common/package-root.js';

const checksumFile = z.record(
  z.string(),
  z.object({
    /** Version of `package.json` when the migration was written. The migration lands with the next version. */
    writtenAfter: z.string(),
    /** SHA-256 of each file, in hex, by its path within `migrations/`. */
    files: z.record(z.string(), z.string()),
  }),
);

/** `migrations/checksums.json`: the checksums of the files of each migration, by its name. */
export type ChecksumFile = z.infer<typeof checksumFile>;
type Entry = ChecksumFile[string];

export const CHECKSUMS_PATH = join(MIGRATIONS_FOLDER, 'checksums.json');

/** A migration of this version of the code. */
export interface KnownMigration {
  readonly name: string;
  readonly checksum: string;
  /** The release before the migration, if it works with the migration as well. */
  readonly compatibleWith: string | null;
}

export function parseChecksums(text: string): ChecksumFile {
  return checksumFile.parse(JSON.parse(text));
}

/** All migrations of this version, in order. Throws if one has no entry in `checksums.json`. */
export function knownMigrations(): KnownMigration[] {
  const entries = parseChecksums(readFileSync(CHECKSUMS_PATH, 'utf8'));
  return MIGRATIONS.map(({ name, isCompatible = false }) => {
    const entry = entries[name];
    if (!entry) throw new Error(`Migration ${name} has no checksum: run 'npm run checksums'`);
    return { name, checksum: checksumOf(entry), compatibleWith: isCompatible ? entry.writtenAfter : null };
  });
}

/** One checksum over all files of a migration. */
function checksumOf({ files }: Entry): string {
  const lines = Object.entries(files).map(([file, checksum]) => `${checksum}  ${file}\n`);
  return createHash('sha256').update(lines.sort().join('')).digest('hex');
}

/** Checksums of the source and the SQL files of a migration on disk. */
export async function hashFiles(name: string): Promise<Entry['files']> {
  const [number] = name.split('-');
  const statements = (await readdir(join(MIGRATIONS_FOLDER, 'sql'))).filter((file) =>
    file.startsWith(`${number}-`),
  );
  const files = [`${name}.ts`, ...statements.sort().map((file) => `sql/${file}`)];
  const hashes = files.map(async (file) => {
    const bytes = await readFile(join(MIGRATIONS_FOLDER, file));
    return [file, createHash('sha256').update(bytes).digest('hex')] as const;
  });
  return Object.fromEntries(await Promise.all(hashes));
}

/** Whether a migration has landed: `package.json` has a later version than the one it was written after. */
export function hasLanded({ writtenAfter }: Entry, version: string): boolean {
  return writtenAfter !== version;
}

export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8'));
  return z.object({ version: z.string() }).parse(manifest).version;
}

/**
 * Entries of all migrations. Those of landed migrations do not change. `changed` names landed migrations whose files
 * differ from their checksums or are missing.
 */
export async function updateChecksums(
  entries: ChecksumFile,
  names: readonly string[],
  version: string,
): Promise<{ entries: ChecksumFile; changed: string[] }> {
  const updated: ChecksumFile = {};
  const changed = Object.keys(entries).filter(
    (name) => hasLanded(entries[name] as Entry, version) && !names.includes(name),
  );
  for (const name of names) {
    const before = entries[name];
    const files = await hashFiles(name);
    const entry = { writtenAfter: before?.writtenAfter ?? version, files };
    if (before && hasLanded(before, version) && checksumOf(before) !== checksumOf(entry)) changed.push(name);
    updated[name] = entry;
  }
  return { entries: updated, changed };
}
