import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tables whose rows statements carry as constants: those that `isReference` is said of in src. */
const REFERENCE_TABLES = [
  'party',
  'place',
  'agreement',
  'agreement_signatory',
  'provision',
  'provision_party',
  'provision_place',
];

/** Tells every process that reference data has changed, so that none serves what it remembers of it. */
const ANNOUNCE = `create function announce_reference() returns trigger language plpgsql as $$
begin perform pg_notify('reference', ''); return null; end $$`;

/** Reached when a statement's constants lack a key, because they are older than it. */
const REFERENCE_CHANGED = `create function reference_changed() returns text language plpgsql stable as $$
begin raise exception 'reference data has changed' using errcode = 'MZ001'; end $$`;

export class AnnounceReference1795800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ANNOUNCE);
    await runner.query(REFERENCE_CHANGED);
    for (const table of REFERENCE_TABLES) {
      await runner.query(
        `create trigger announce_reference after insert or update or delete or truncate on ${table}
         for each statement execute function announce_reference()`,
      );
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of REFERENCE_TABLES) await runner.query(`drop trigger announce_reference on ${table}`);
    await runner.query('drop function reference_changed(), announce_reference()');
  }
}
