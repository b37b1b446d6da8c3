import { type Migration, runSql } from './migration.js';

const NATIONS = {
  merzili_tur: { nation: 'TUR', bit: 1 },
  merzili_rus: { nation: 'RUS', bit: 2 },
  merzili_aze: { nation: 'AZE', bit: 4 },
} as const;
const JOINT_COMMAND = { merzili_tur: NATIONS.merzili_tur, merzili_rus: NATIONS.merzili_rus } as const;

const TABLES = ['release_consent', 'idempotency'] as const;
const PARTS = ['claim', 'casualties', 'incident_provision'] as const;
const TRIGGERS = {
  guard_incident: 'incident',
  check_incident: 'incident',
  check_claims: 'claim',
  check_casualties: 'casualties',
  check_provisions: 'incident_provision',
  check_assessment: 'assessment',
} as const;

/** What each nation may write, and what the database holds it to, whatever SQL its role runs. */
export const guardWrites: Migration = {
  name: '0003-guard-writes',
  async up(runner) {
    await runSql(runner, '0003-write-tables.sql');
    for (const table of TABLES) await runSql(runner, '0002-row-security.sql', { table });
    await runSql(runner, '0003-content-functions.sql');
    await runSql(runner, '0003-guard-incident.sql');
    await runSql(runner, '0003-check-at-commit.sql');
    for (const [role, { nation, bit }] of Object.entries(NATIONS)) {
      await runSql(runner, '0003-nation-policies.sql', { role, nation, bit });
    }
    for (const [role, { nation, bit }] of Object.entries(JOINT_COMMAND)) {
      await runSql(runner, '0003-joint-command-policies.sql', { role, nation, bit });
    }
    await runSql(runner, '0003-write-grants.sql');
  },
  async down(runner) {
    const nations = Object.keys(NATIONS).join(', ');
    await runner.query(`drop table ${TABLES.join(', ')}`);
    await runner.query(`revoke insert, update, delete on all tables in schema public from ${nations}`);
    for (const role of Object.keys(JOINT_COMMAND)) {
      await runner.query(`drop policy assessed_by_${role} on provision_assessment`);
      await runner.query(`drop policy added_by_${role} on assessment_note`);
      await runner.query(`drop policy assessed_by_${role} on assessment`);
    }
    for (const role of Object.keys(NATIONS)) {
      await runner.query(`drop policy added_by_${role} on revision`);
      for (const table of PARTS) {
        await runner.query(`drop policy removed_by_${role} on ${table}`);
        await runner.query(`drop policy added_by_${role} on ${table}`);
      }
      await runner.query(`drop policy changed_by_${role} on incident`);
      await runner.query(`drop policy reported_by_${role} on incident`);
    }
    for (const [trigger, table] of Object.entries(TRIGGERS)) {
      await runner.query(`drop trigger ${trigger} on ${table}`);
      await runner.query(`drop function ${trigger}()`);
    }
    await runner.query(`drop function assessed_status(uuid, integer, text), recorded_content(uuid), source_of(jsonb),
      text_content(jsonb), iso_time(timestamptz), writing_nation()`);
  },
};
