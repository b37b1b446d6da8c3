import { type Migration, runSql } from './migration.js';

const NATIONS = { merzili_tur: 'TUR', merzili_rus: 'RUS', merzili_aze: 'AZE' } as const;
const TOKEN_TABLES = ['revoked_token', 'issuer_freeze'] as const;
/** Those of sql/0007-reference-changes.sql. */
const REFERENCE_TABLES = [
  'party',
  'place',
  'agreement',
  'agreement_signatory',
  'provision',
  'provision_party',
  'provision_place',
] as const;

/** What running servers share: revoked tokens, cost budgets, and notice of changed reference data. */
export const supportOperations: Migration = {
  name: '0007-support-operations',
  async up(runner) {
    await runSql(runner, '0007-cost-budget.sql');
    await runSql(runner, '0007-token-tables.sql');
    for (const table of TOKEN_TABLES) await runSql(runner, '0002-row-security.sql', { table });
    for (const [role, nation] of Object.entries(NATIONS)) {
      await runSql(runner, '0007-nation-policies.sql', { role, nation });
    }
    await runSql(runner, '0007-reference-changes.sql');
    await runner.query('grant select on migration_checksum to merzili_demand');
  },
  async down(runner) {
    await runner.query('revoke select on migration_checksum from merzili_demand');
    for (const table of REFERENCE_TABLES) await runner.query(`drop trigger notify_reference on ${table}`);
    await runner.query('drop function constant_texts(text), raise_reference_changed(), notify_reference()');
    await runner.query(`drop table ${TOKEN_TABLES.join(', ')}`);
    await runner.query('drop function reserve_cost, delete_empty_cost_budgets');
    await runner.query('drop table cost_budget');
  },
};
