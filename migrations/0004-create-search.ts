import type { QueryRunner } from 'typeorm';
import { type Migration, runSql } from './migration.js';

const AUDIENCES = { merzili_tur: 1, merzili_rus: 2, merzili_aze: 4, merzili_public: 8 } as const;
const READERS = Object.keys(AUDIENCES).join(', ');
const OWNED_TABLES = ['search.label', 'search.word', 'search.synonym'] as const;

/** Incidents, places and officials found by words in any of the four languages, as any side spells them. */
export const createSearch: Migration = {
  name: '0004-create-search',
  async up(runner) {
    await runner.query('create schema search');
    await runner.query(`grant usage on schema search to ${READERS}`);
    const fuzzystrmatch = await createExtension(runner, 'fuzzystrmatch');
    const trigrams = await createExtension(runner, 'pg_trgm');
    const search_path = [...new Set(['search', 'public', trigrams, fuzzystrmatch, 'pg_temp'])].join(', ');

    await runSql(runner, '0004-folding.sql', { fuzzystrmatch });
    await runSql(runner, '0004-labels.sql');
    await runSql(runner, '0004-names.sql');
    await runSql(runner, '0004-documents.sql');
    await runSql(runner, '0004-words.sql', { pg_trgm: trigrams });
    await runSql(runner, '0004-index-triggers.sql');
    // Loads the library, so that the setting that search.queries() fixes is known.
    await runner.query(`select ${trigrams}.show_limit()`);
    await runSql(runner, '0004-queries.sql', { search_path });
    await runSql(runner, '0004-incident-search.sql', { search_path });
    for (const table of ['incident_search', ...OWNED_TABLES]) {
      await runSql(runner, '0002-row-security.sql', { table });
    }
    for (const [role, bit] of Object.entries(AUDIENCES)) {
      await runSql(runner, '0004-audience-policies.sql', { role, bit });
    }
  },
  async down(runner) {
    await runner.query('drop table incident_search');
    await runner.query('drop schema search cascade');
  },
};

/** Creates an extension that owners of a database may create, or finds it; answers the schema it is in. */
async function createExtension(runner: QueryRunner, name: string): Promise<string> {
  await runner.query(`create extension if not exists ${name} schema search`);
  const [row]: { schema: string }[] = await runner.query(
    `select quote_ident(nspname) as schema
       from pg_extension join pg_namespace on pg_namespace.oid = extnamespace where extname = $1`,
    [name],
  );
  if (!row) throw new Error(`PostgreSQL has no extension ${name}`);
  return row.schema;
}
