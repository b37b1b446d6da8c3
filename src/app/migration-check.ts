import { Pool, type PoolConfig } from 'pg';
import { RoleClient, type RoleClientConfig } from '../database/role-client.js';
import type { RoleLogin } from '../database/roles.js';
import { mismatchOf, readApplied } from './applied-migrations.js';
import { knownMigrations, packageVersion } from './checksums.js';

const TIMEOUT_MS = 3_000;

/** Checks whether the database of a running server still has the migrations of this version. */
interface MigrationCheck {
  /**
   * A sentence that says why this version must not work with the database. Null if it may, or if the database is
   * unavailable.
   */
  mismatch(): Promise<string | null>;
  close(): Promise<void>;
}

/** Takes the login of the server's own role, which may read `migration_checksum`. */
export function openMigrationCheck(login: RoleLogin): MigrationCheck {
  const options: PoolConfig & RoleClientConfig = {
    ...login,
    Client: RoleClient,
    max: 1,
    application_name: 'merzili readiness',
    query_timeout: TIMEOUT_MS,
    connectionTimeoutMillis: TIMEOUT_MS,
  };
  const pool = new Pool(options);
  pool.on('error', () => {});
  const known = knownMigrations();
  const version = packageVersion();
  return {
    async mismatch() {
      const applied = await readApplied(async (text) => (await pool.query(text)).rows).catch(() => null);
      return applied && mismatchOf(applied, known, version);
    },
    close: () => pool.end(),
  };
}
