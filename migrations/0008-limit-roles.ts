import { type Migration, runSql } from './migration.js';

const NATIONS = {
  merzili_tur: { nation: 'TUR', bit: 1 },
  merzili_rus: { nation: 'RUS', bit: 2 },
  merzili_aze: { nation: 'AZE', bit: 4 },
} as const;
const JOINT_COMMAND = { merzili_tur: NATIONS.merzili_tur, merzili_rus: NATIONS.merzili_rus } as const;

/** Locks, events and times are the database's own, whatever SQL a nation's role runs: see docs/decisions/0006. */
export const limitRoles: Migration = {
  name: '0008-limit-roles',
  async up(runner) {
    await runSql(runner, '0008-locks.sql');
    await runSql(runner, '0002-row-security.sql', { table: 'nation_lock' });
    await runSql(runner, '0008-events.sql');
    await runSql(runner, '0008-times.sql');
    for (const [role, { nation, bit }] of Object.entries(NATIONS)) {
      await runSql(runner, '0008-nation-policies.sql', { role, nation, bit });
    }
    for (const [role, { nation, bit }] of Object.entries(JOINT_COMMAND)) {
      await runSql(runner, '0008-joint-command-policies.sql', { role, nation, bit });
    }
    await runSql(runner, '0008-grants.sql');
  },
  async down(runner) {
    await runner.query('drop function roll_up_changes(integer), assign_event_order()');
    await runSql(runner, '0005-roll-up-changes.sql');
    await runSql(runner, '0006-assign-event-order.sql');
    for (const [role, { nation, bit }] of Object.entries(JOINT_COMMAND)) {
      await runSql(runner, '0008-down-joint-command-policies.sql', { role, nation, bit });
    }
    await runSql(runner, '0008-down.sql');
    for (const [role, { nation, bit }] of Object.entries(NATIONS)) {
      await runSql(runner, '0008-down-nation-policies.sql', { role, nation, bit });
    }
  },
};
