import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { withConfigContext } from '../common/config.js';
import { connectionProblem } from '../common/remedy.js';
import { closeCatalogue } from '../database/close-catalog.js';
import type { Installation } from '../database/roles.js';
import { verifyLogins, verifyOwnSessions } from '../database/verify-logins.js';
import { checkMigrations, hasAllMigrations, type RunQuery } from './applied-migrations.js';
import { dataSourceOptions } from './data-source.js';
import { underMigrationLock } from './migration-lock.js';
import { findRolePrefix } from './role-names.js';
import { checkExistingRoles, limitConnections, setPasswords } from './role-passwords.js';
import { isSecretOf, recordSecret, WrongSecretError } from './secret.js';

/** The database of the configuration. */
export interface ConfiguredDatabase {
  readonly ownerUrl: string;
  readonly secret: string;
  /** First part of the names of roles, for a database that has none yet; null for the default. */
  readonly rolePrefix: string | null;
}

/** A database that has all migrations, and the connection of its owner; the caller ends it with destroy(). */
export interface OpenDatabase {
  readonly owner: DataSource;
  readonly installation: Installation;
}

interface MigrateOptions {
  /** Sets new passwords where the secret is not the recorded one. Otherwise that is refused. */
  readonly rotateSecret?: boolean;
}

/**
 * Migrates the database and sets the passwords of new roles. Changes nothing and rejects with a
 * MigrationMismatchError if the migrations of the database differ from those of this version, and with a
 * WrongSecretError if its passwords derive from another secret.
 */
export async function migrate(
  database: ConfiguredDatabase,
  { rotateSecret = false }: MigrateOptions = {},
): Promise<OpenDatabase> {
  const owner = await connectOwner(database);
  try {
    const query = queryOf(owner);
    const installation = await underMigrationLock(owner, async () => {
      await checkMigrations(query);
      const found = await installationOf(query, database);
      const mayChange = rotateSecret || (await isSecretOf(query, database.secret));
      if (mayChange === false) throw new WrongSecretError();
      if (mayChange === null) await checkExistingRoles(query, found);
      await owner.runMigrations({ transaction: 'each' });
      await closeCatalogue((statement) => query(statement));
      await limitConnections(query, found.rolePrefix);
      await setPasswords(query, found);
      await recordSecret(query, database.secret);
      await verifyLogins(found);
      return found;
    });
    return { owner, installation };
  } catch (error) {
    await owner.destroy();
    throw error;
  }
}

/**
 * Opens a database that has all migrations of this version, without migrating it: other versions may use it. Rejects
 * if it lacks some, and with a WrongSecretError if the secret is not its own.
 */
export async function openMigrated(database: ConfiguredDatabase): Promise<OpenDatabase> {
  const owner = await connectOwner(database);
  try {
    const query = queryOf(owner);
    if (!(await hasAllMigrations(query))) {
      throw new Error("The database lacks migrations of this version: run 'npx merzili migrate' first");
    }
    if (!(await isSecretOf(query, database.secret))) throw new WrongSecretError();
    return { owner, installation: await installationOf(query, database) };
  } catch (error) {
    await owner.destroy();
    throw error;
  }
}

/** Connection of the owner, without migrations. The caller ends it with destroy(). */
function connectOwner({ ownerUrl, rolePrefix }: ConfiguredDatabase): Promise<DataSource> {
  const source = new DataSource(dataSourceOptions(ownerUrl, rolePrefix));
  return withConfigContext('DATABASE_URL', initialize(source, ownerUrl));
}

const AUTHORITY_REMEDY =
  'if its certificate is of a private authority, add sslrootcert=<file of the certificate of that authority> to the query';

async function initialize(source: DataSource, ownerUrl: string): Promise<DataSource> {
  try {
    await source.initialize();
  } catch (error) {
    throw new Error(connectionProblem(error, AUTHORITY_REMEDY), { cause: error });
  }
  try {
    await verifyOwnSessions(new Client(ownerUrl), new Client(ownerUrl));
    return source;
  } catch (error) {
    await source.destroy();
    throw error;
  }
}

function queryOf(owner: DataSource): RunQuery {
  return (text, values) => owner.query(text, values && [...values]);
}

async function installationOf(query: RunQuery, database: ConfiguredDatabase): Promise<Installation> {
  return { ...database, rolePrefix: await findRolePrefix(query, database.rolePrefix) };
}
