import { Client } from 'pg';
import { DataSource, type QueryRunner } from 'typeorm';
import { withConfigContext } from '../common/config.js';
import { connectionProblem } from '../common/remedy.js';
import { codeOf } from '../common/thrown.js';
import { closeCatalogue } from '../database/close-catalog.js';
import { LOGIN_ROLES, loginUrl, passwordOf } from '../database/roles.js';
import { verifyLogins } from '../database/verify-logins.js';
import { checkMigrations } from './applied-migrations.js';
import { dataSourceOptions } from './data-source.js';

/**
 * Migrates the database and updates the passwords of roles. Rejects with a MigrationMismatchError, having changed
 * nothing, if the migrations of the database differ from those of this version. Returns the connection of the owner;
 * the caller ends it with destroy().
 */
export async function migrate(ownerUrl: string, secret: string): Promise<DataSource> {
  const owner = await connectOwner(ownerUrl);
  try {
    await underMigrationLock(owner, async () => {
      await checkMigrations((text) => owner.query(text));
      await owner.runMigrations({ transaction: 'each' });
      await closeCatalogue((statement) => owner.query(statement));
      await setRolePasswords(owner, ownerUrl, secret);
      await verifyLogins(ownerUrl, secret);
    });
    return owner;
  } catch (error) {
    await owner.destroy();
    throw error;
  }
}

/**
 * Runs the work in one process at a time. The lock is on a table that only the owner may lock: any role could take
 * an advisory lock and stop every start. A failure takes back the table, where this process has made it.
 */
async function underMigrationLock(owner: DataSource, work: () => Promise<void>): Promise<void> {
  const runner = owner.createQueryRunner();
  try {
    await lockMigrations(runner);
    await work();
    await runner.commitTransaction();
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => {});
    throw error;
  } finally {
    await runner.release();
  }
}

/** Two processes that make the table at once: PostgreSQL refuses the second once the first has committed. */
const MADE_BY_ANOTHER = new Set(['23505', '42P07']);

async function lockMigrations(runner: QueryRunner): Promise<void> {
  for (;;) {
    await runner.startTransaction();
    try {
      await runner.query('set local idle_in_transaction_session_timeout = 0');
      await runner.query('create table if not exists public.migration_lock (name text)');
      await runner.query('lock table public.migration_lock in access exclusive mode');
      return;
    } catch (error) {
      if (!MADE_BY_ANOTHER.has(codeOf(error))) throw error;
      await runner.rollbackTransaction();
    }
  }
}

/** Connection of the owner, without migrations. The caller ends it with destroy(). */
export function connectOwner(ownerUrl: string): Promise<DataSource> {
  return withConfigContext('DATABASE_URL', initialize(ownerUrl));
}

const AUTHORITY_REMEDY =
  'if its certificate is of a private authority, add sslrootcert=<file of the certificate of that authority> to the query';

async function initialize(ownerUrl: string): Promise<DataSource> {
  try {
    return await new DataSource(dataSourceOptions(ownerUrl)).initialize();
  } catch (error) {
    throw new Error(connectionProblem(error, AUTHORITY_REMEDY), { cause: error });
  }
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
