import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { QueryRunner } from 'typeorm';
import { PACKAGE_ROOT } from '../src/common/package-root.js';

/** A step of the database's shape. Runs in one transaction; once it has landed, its files never change. */
export interface Migration {
  /** The file's name without its ending: four digits, a verb, a noun. */
  readonly name: string;
  /** Servers of the release before keep working on the database that it leaves: see docs/guide/migrations.md. */
  readonly isCompatible?: true;
  /** Names roles `merzili_tur` and so on; the prefix of the installation takes the place of `merzili`. */
  up(runner: QueryRunner): Promise<void>;
  /** Takes back what `up` has made. Roles stay: other databases of the cluster may use them. */
  down(runner: QueryRunner): Promise<void>;
}

/** The folder of the series: the same for sources and for what is built from them. */
export const MIGRATIONS_FOLDER = join(PACKAGE_ROOT, 'migrations');

/** Runs a file of `sql/`; where it says `:name`, the value of that name stands. */
export async function runSql(
  runner: QueryRunner,
  file: string,
  values: Readonly<Record<string, string | number>> = {},
): Promise<void> {
  const text = await readFile(join(MIGRATIONS_FOLDER, 'sql', file), 'utf8');
  const statements = Object.entries(values).reduce(
    (partly, [name, value]) =>
      partly.replaceAll(new RegExp(`(?<!:):${name}(?![a-z])`, 'g'), () => String(value)),
    text,
  );
  await runner.query(statements);
}
