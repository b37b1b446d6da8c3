import { type Migration, runSql } from './migration.js';

const AUDIENCES = { merzili_tur: 1, merzili_rus: 2, merzili_aze: 4, merzili_public: 8 } as const;
const NATIONS = { merzili_tur: 1, merzili_rus: 2, merzili_aze: 4 } as const;

/** Events of incidents, put in order after their commit: see docs/decisions/0007. */
export const orderEvents: Migration = {
  name: '0006-order-events',
  async up(runner) {
    await runSql(runner, '0006-event-table.sql');
    await runSql(runner, '0002-row-security.sql', { table: 'incident_event' });
    for (const [role, bit] of Object.entries(AUDIENCES)) {
      await runSql(runner, '0006-audience-policies.sql', { role, bit });
    }
    for (const [role, bit] of Object.entries(NATIONS)) {
      await runSql(runner, '0006-nation-policies.sql', { role, bit });
    }
    await runSql(runner, '0006-assign-event-order.sql');
  },
  async down(runner) {
    await runner.query('drop table incident_event');
    await runner.query('drop function assign_event_order(), notify_incident_event()');
  },
};
