import { type Migration, runSql } from './migration.js';

const AUDIENCES = { merzili_tur: 1, merzili_rus: 2, merzili_aze: 4, merzili_public: 8 } as const;
const NATIONS = { merzili_tur: 'TUR', merzili_rus: 'RUS', merzili_aze: 'AZE' } as const;
/** Of the server itself: it sees no record. */
const SERVER_ROLE = 'merzili_demand';

/** Tables whose rows carry the audience mask of their incident. */
const MASKED_TABLES = [
  'incident',
  'claim',
  'casualties',
  'incident_provision',
  'assessment',
  'revision',
] as const;
/** Tables whose rows are one nation's alone. */
const OWN_TABLES = ['official_contact', 'assessment_note'] as const;
const SECURED_TABLES = [...MASKED_TABLES, ...OWN_TABLES, 'provision_assessment'];

const ROLES = [...Object.keys(AUDIENCES), SERVER_ROLE];
const READERS = Object.keys(AUDIENCES).join(', ');

/** A login role for each audience, and which rows and columns it sees. */
export const separateAudiences: Migration = {
  name: '0002-separate-audiences',
  async up(runner) {
    await runner.query('revoke create on schema public from public');
    for (const role of ROLES) {
      await runSql(runner, '0002-roles.sql', { role });
      await runner.query(`grant usage on schema public to ${role}`);
    }
    for (const table of SECURED_TABLES) await runSql(runner, '0002-row-security.sql', { table });
    for (const [role, bit] of Object.entries(AUDIENCES)) {
      await runSql(runner, '0002-audience-policies.sql', { role, bit });
    }
    for (const [role, nation] of Object.entries(NATIONS)) {
      await runSql(runner, '0002-nation-policies.sql', { role, nation });
    }
    await runner.query(
      `create policy seen_by_all on provision_assessment for select to ${READERS} using (true)`,
    );
    await runSql(runner, '0002-select-grants.sql');
  },
  async down(runner) {
    await runner.query(`revoke all on all tables in schema public from ${READERS}`);
    await runner.query('drop policy seen_by_all on provision_assessment');
    for (const role of Object.keys(NATIONS)) {
      for (const table of OWN_TABLES) await runner.query(`drop policy own_of_${role} on ${table}`);
    }
    for (const role of Object.keys(AUDIENCES)) {
      for (const table of MASKED_TABLES) await runner.query(`drop policy seen_by_${role} on ${table}`);
    }
    for (const table of SECURED_TABLES) {
      await runner.query(`drop policy owner on ${table}`);
      await runner.query(`alter table ${table} no force row level security`);
      await runner.query(`alter table ${table} disable row level security`);
    }
    await runner.query(`revoke usage on schema public from ${ROLES.join(', ')}`);
  },
};
