import type { MigrationInterface, QueryRunner } from 'typeorm';
import type { Migration } from '../../migrations/migration.js';
import { knownMigrations } from './checksums.js';

/** Digits at the end of a name, by which TypeORM orders migrations. */
const ORDER_DIGITS = 13;

/** The migration in the form of TypeORM. It writes its checksum in the same transaction. */
export function checksummed(migration: Migration): new () => MigrationInterface {
  return class implements MigrationInterface {
    readonly name = `${migration.name}-${migration.name.slice(0, 4).padStart(ORDER_DIGITS, '0')}`;

    async up(runner: QueryRunner): Promise<void> {
      await migration.up(runner);
      const known = knownMigrations().find(({ name }) => name === migration.name);
      await runner.query(
        'insert into migration_checksum (name, checksum, compatible_with) values ($1, $2, $3)',
        [known?.name, known?.checksum, known?.compatibleWith],
      );
    }

    async down(runner: QueryRunner): Promise<void> {
      await runner.query('delete from migration_checksum where name = $1', [migration.name]);
      await migration.down(runner);
    }
  };
}
