import { type Migration, runSql } from './migration.js';

const NATIONS = {
  merzili_tur: { nation: 'TUR', bit: 1 },
  merzili_rus: { nation: 'RUS', bit: 2 },
  merzili_aze: { nation: 'AZE', bit: 4 },
} as const;
const JOINT_COMMAND = { merzili_tur: NATIONS.merzili_tur, merzili_rus: NATIONS.merzili_rus } as const;

/** Versions from before the first release to an audience are hidden from it: see docs/decisions/0003. */
export const hideVersions: Migration = {
  name: '0009-hide-versions',
  async up(runner) {
    await runSql(runner, '0009-version-audiences.sql');
    for (const [role, { nation, bit }] of Object.entries(NATIONS)) {
      await runSql(runner, '0009-nation-policies.sql', { role, nation, bit });
    }
    for (const [role, { nation, bit }] of Object.entries(JOINT_COMMAND)) {
      await runSql(runner, '0009-joint-command-policies.sql', { role, nation, bit });
    }
  },
  async down(runner) {
    for (const [role, { nation, bit }] of Object.entries(JOINT_COMMAND)) {
      await runSql(runner, '0008-joint-command-policies.sql', { role, nation, bit });
    }
    for (const [role, { nation, bit }] of Object.entries(NATIONS)) {
      await runSql(runner, '0009-down-nation-policies.sql', { role, nation, bit });
    }
    await runSql(runner, '0009-down.sql');
  },
};
