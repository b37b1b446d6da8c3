import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { withConfigContext } from '../common/config.js';
import { closeCatalogue } from '../database/close-catalog.js';
import { LOGIN_ROLES, loginUrl, passwordOf } from '../database/roles.js';
import { verifyLogins } from '../database/verify-logins.js';
import { checkMigrations } from './applied-migrations.js';
import { dataSourceOptions } from './data-source.js';

/** Key of the advisory lock that lets one process at a time migrate the database. */
const MIGRATION_LOCK = 4_672_910_001;

/**
 * Migrates the database and updates the passwords of roles. Rejects with a MigrationMismatchError, having changed
 * nothing, if the migrations of the database differ from those of this version. Returns the connection of the owner;
 * the caller ends it with destroy().
 */
export async function migrate(ownerUrl: string, secret: string): Promise<DataSource> {
  const owner = await connectOwner(ownerUrl);
  try {
    const runner = owner.createQueryRunner();
    try {
      await runner.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
      await checkMigrations((text) => runner.query(text));
      await owner.runMigrations({ transaction: 'each' });
      await closeCatalogue((statement) => runner.query(statement));
      await setRolePasswords(owner, ownerUrl, secret);
      await verifyLogins(ownerUrl, secret);
    } finally {
      await runner.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
      await runner.release();
    }
    return owner;
  } catch (error) {
    await owner.destroy();
    throw error;
  }
}

/** Connection of the owner, without migrations. The caller ends it with destroy(). */
export function connectOwner(ownerUrl: string): Promise<DataSource> {
  return withConfigContext('DATABASE_URL', new DataSource(dataSourceOptions(ownerUrl)).initialize());
}

/** Sets the password of a role only if logging in with it fails, so that running processes keep their connections. */
async function setRolePasswords(owner: DataSource, ownerUrl: string, secret: string): Promise<void> {
  for (const role of LOGIN_ROLES) {
    if (await canConnect(loginUrl(ownerUrl, secret, role))) continue;
    await owner.query(`alter role ${role} login password '${passwordOf(secret, role)}'`);
  }
}

async function canConnect(connectionString: string): Promise<boolean> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    return false;
  }
}
