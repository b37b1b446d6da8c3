import { z } from 'zod';
import { type KnownMigration, knownMigrations, packageVersion } from './checksums.js';

/** Runs a statement and answers its rows. */
export type RunQuery = (text: string, values?: readonly unknown[]) => Promise<unknown>;

/** A migration in the database. Its checksum is null if a version before checksums wrote it. */
interface AppliedMigration {
  readonly name: string;
  readonly checksum: string | null;
  /** The release before the migration, if it works with the migration as well. */
  readonly compatibleWith: string | null;
}

/** The migrations of the database differ from those of this version. The message is a sentence for the operator. */
class MigrationMismatchError extends Error {}

const REMEDY =
  'start the version that wrote it, or set the database aside (the folder of MERZILI_DATA_DIR, or what DATABASE_URL names); nothing has been changed';

const TABLES = `select to_regclass('public.migration_checksum') is not null as checksums,
  coalesce(has_table_privilege(to_regclass('public.migrations'), 'select'), false) as migrations`;
const CHECKSUMS = `select name, checksum, compatible_with as "compatibleWith" from public.migration_checksum order by name`;
const WITHOUT_CHECKSUMS = `select name, null as checksum, null as "compatibleWith" from public.migrations order by id`;

const tables = z.tuple([z.object({ checksums: z.boolean(), migrations: z.boolean() })]);
const applied = z.array(
  z.object({ name: z.string(), checksum: z.string().nullable(), compatibleWith: z.string().nullable() }),
);

/** The migrations that a database has, in order. Changes nothing. */
export async function readApplied(query: RunQuery): Promise<AppliedMigration[]> {
  const [existing] = tables.parse(await query(TABLES));
  if (existing.checksums) return applied.parse(await query(CHECKSUMS));
  return existing.migrations ? applied.parse(await query(WITHOUT_CHECKSUMS)) : [];
}

/** A sentence that says why this version must not work with these migrations; null if it may. */
export function mismatchOf(
  database: readonly AppliedMigration[],
  code: readonly KnownMigration[],
  version: string,
): string | null {
  const known = new Map(code.map((migration) => [migration.name, migration]));
  const isComplete = code.every(({ name }) => database.some((migration) => migration.name === name));
  for (const { name, checksum, compatibleWith } of database) {
    const expected = known.get(name);
    if (checksum === null) {
      return `The database has migration ${name} without a checksum, as versions before 0.2.0 wrote it: ${REMEDY}`;
    }
    if (expected && expected.checksum !== checksum) {
      return `Migration ${name} of the database differs from this version's: ${REMEDY}`;
    }
    if (!expected && !(isComplete && compatibleWith === version)) {
      return `The database has migration ${name}, which this version does not know: ${REMEDY}`;
    }
  }
  return null;
}

/** Throws a MigrationMismatchError if this version must not work with the database. */
export async function checkMigrations(query: RunQuery): Promise<void> {
  const mismatch = mismatchOf(await readApplied(query), knownMigrations(), packageVersion());
  if (mismatch !== null) throw new MigrationMismatchError(mismatch);
}

/** Whether the database has every migration of this version; throws as checkMigrations() does. */
export async function hasAllMigrations(query: RunQuery): Promise<boolean> {
  await checkMigrations(query);
  const names = new Set((await readApplied(query)).map(({ name }) => name));
  return knownMigrations().every(({ name }) => names.has(name));
}
