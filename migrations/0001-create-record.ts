import { type Migration, runSql } from './migration.js';

const AUDIENCES = { tur: 1, rus: 2, aze: 4, public: 8 } as const;

const TABLES = [
  'revision',
  'assessment_note',
  'assessment',
  'incident_provision',
  'casualties',
  'claim',
  'incident',
  'official_contact',
  'contingent',
  'centre',
  'provision_assessment',
  'provision_deadline',
  'provision_place',
  'provision_party',
  'provision',
  'agreement_signatory',
  'agreement',
  'appointment',
  'official',
  'place',
  'party',
  'migration_checksum',
] as const;

/** Reference data, incidents with their parts, assessments and revisions. */
export const createRecord: Migration = {
  name: '0001-create-record',
  async up(runner) {
    await runSql(runner, '0001-migration-checksum.sql');
    await runSql(runner, '0001-reference-tables.sql');
    await runSql(runner, '0001-incident-tables.sql');
    for (const [audience, bit] of Object.entries(AUDIENCES)) {
      await runSql(runner, '0001-audience-indexes.sql', { audience, bit });
    }
    await runSql(runner, '0001-derived-columns.sql');
  },
  async down(runner) {
    await runner.query(`drop table ${TABLES.join(', ')}`);
    await runner.query(`drop function derive_incident(), derive_revision(), raise_missing_row(text),
      untranslated(jsonb), audience_bit(text)`);
  },
};
