import { type Migration, runSql } from './migration.js';

const AUDIENCES = { merzili_tur: 1, merzili_rus: 2, merzili_aze: 4, merzili_public: 8 } as const;

/** Numbers of incidents by dimensions, current at every commit: see docs/decisions/0012. */
export const aggregateIncidents: Migration = {
  name: '0005-aggregate-incidents',
  async up(runner) {
    await runSql(runner, '0005-aggregate-table.sql');
    await runSql(runner, '0002-row-security.sql', { table: 'incident_aggregate' });
    for (const [role, bit] of Object.entries(AUDIENCES)) {
      await runSql(runner, '0005-audience-policies.sql', { role, bit });
    }
    await runSql(runner, '0005-roll-up-changes.sql');
    await runSql(runner, '0005-record-changes.sql');
  },
  async down(runner) {
    for (const change of ['insert', 'update', 'delete']) {
      await runner.query(`drop trigger record_aggregate_${change} on incident`);
      await runner.query(`drop function record_aggregate_${change}()`);
    }
    await runner.query('drop function roll_up_changes(integer)');
    await runner.query('drop table incident_aggregate');
  },
};
