import type { Migration } from './migration.js';

/** What identifies the secret of the installation: see docs/operations.md, "Secret". */
export const identifyInstallation: Migration = {
  name: '0012-identify-installation',
  isCompatible: true,
  async up(runner) {
    await runner.query(`
      create table installation (
        is_only boolean primary key default true check (is_only),
        secret_salt text not null,
        secret_fingerprint text not null
      )`);
  },
  async down(runner) {
    await runner.query('drop table installation');
  },
};
