import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { Migration } from '../../migrations/migration.js';
import { knownMigrations } from './checksums.js';
import { findRolePrefix, withRoleNames } from './role-names.js';

/** Digits at the end of a name, by which TypeORM orders migrations. */
const ORDER_DIGITS = 13;

/**
 * The migration in the form of TypeORM. It writes its checksum in the same transaction, and names the roles of the
 * installation. `rolePrefix` is the configured prefix, or null.
 */
export function checksummed(migration: Migration, rolePrefix: string | null): new () => MigrationInterface {
  return class implements MigrationInterface {
    readonly name = `${migration.name}-${migration.name.slice(0, 4).padStart(ORDER_DIGITS, '0')}`;

    async up(runner: QueryRunner): Promise<void> {
      await migration.up(await withInstallation(runner, rolePrefix));
      const known = knownMigrations().find(({ name }) => name === migration.name);
      await runner.query(
        'insert into migration_checksum (name, checksum, compatible_with) values ($1, $2, $3)',
        [known?.name, known?.checksum, known?.compatibleWith],
      );
    }

    async down(runner: QueryRunner): Promise<void> {
      await runner.query('delete from migration_checksum where name = $1', [migration.name]);
      await migration.down(await withInstallation(runner, rolePrefix));
    }
  };
}

/** The runner with the names of the installation's roles in every statement. */
async function withInstallation(runner: QueryRunner, rolePrefix: string | null): Promise<QueryRunner> {
  const prefix = await findRolePrefix((text) => runner.query(text), rolePrefix);
  return new Proxy(runner, {
    get: (target, property) =>
      property === 'query'
        ? (statement: string, values?: unknown[]) => target.query(withRoleNames(statement, prefix), values)
        : Reflect.get(target, property),
  });
}
