import { Pool, type PoolConfig } from 'pg';
import { RoleClient, type RoleClientConfig } from '../database/role-client.js';
import type { RoleLogin } from '../database/roles.js';
import { mismatchOf, readApplied } from './applied-migrations.js';
import { knownMigrations, packageVersion } from './checksums.js';

const TIMEOUT_MS = 3_000;

/** Checks whether the database of a running server still has the migrations of this version. */
export interface MigrationCheck {
  /**
   * A sentence that says why this version must not work with the database. Null if it may, or if the database is
   * unavailable.
   */
  problem(): Promise<string | null>;
  close(): Promise<void>;
}

/** Takes the login of the server's own role, which may read `migration_checksum`. */
export function openMigrationCheck(login: RoleLogin): MigrationCheck {
  const options: PoolConfig & RoleClientConfig = {
    ...login,
    Client: RoleClient,
    max: 1,
    application_name: 'merzili readiness',
    // A new connection sees settings of the database and of the role that have changed.
    maxLifetimeSeconds: 10,
    query_timeout: TIMEOUT_MS,
    connectionTimeoutMillis: TIMEOUT_MS,
  };
  const pool = new Pool(options);
  pool.on('error', () => {});
  const known = knownMigrations();
  const version = packageVersion();
  return {
    async problem() {
      const applied = await readApplied(async (text) => (await pool.query(text)).rows).catch(() => null);
      const mismatch = applied && mismatchOf(applied, known, version);
      return mismatch ?? ((await isReadOnly(pool)) ? 'database is read-only' : null);
    },
    close: () => pool.end(),
  };
}

/** Whether writes are refused: by a standby, or by `default_transaction_read_only`. */
async function isReadOnly(pool: Pool): Promise<boolean> {
  const text = "select current_setting('transaction_read_only') as setting";
  const { rows } = await pool.query<{ setting: string }>(text).catch(() => ({ rows: [] }));
  return rows[0]?.setting === 'on';
}
