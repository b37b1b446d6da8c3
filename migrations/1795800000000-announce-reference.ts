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

/**
 * The texts that a query of keys and texts answers, each at its key. Said to be immutable though it reads tables, so that
 * the planner calls it and the plan holds what it answers: see docs/decisions/0008. It reads as the role that asks.
 */
const CONSTANT_TEXTS = `create function constant_texts(query text) returns text[] language plpgsql immutable strict as $$
declare texts text[]; key integer; item text;
begin for key, item in execute query loop texts[key] := item; end loop; return texts; end $$`;

export class AnnounceReference1795800000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ANNOUNCE);
    await runner.query(REFERENCE_CHANGED);
    await runner.query(CONSTANT_TEXTS);
    for (const table of REFERENCE_TABLES) {
      await runner.query(
        `create trigger announce_reference after insert or update or delete or truncate on ${table}
         for each statement execute function announce_reference()`,
      );
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of REFERENCE_TABLES) await runner.query(`drop trigger announce_reference on ${table}`);
    await runner.query('drop function constant_texts(text), reference_changed(), announce_reference()');
  }
}
