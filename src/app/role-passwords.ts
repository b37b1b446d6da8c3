import { Client } from 'pg';
import { z } from 'zod';
import { codeOf } from '../common/thrown.js';
import {
  type Installation,
  LOGIN_ROLES,
  type LoginRole,
  loginAs,
  passwordOf,
  roleName,
} from '../database/roles.js';
import { scramVerifier } from '../database/scram.js';
import type { RunQuery } from './applied-migrations.js';

const TIMEOUT_MS = 5_000;
/** invalid_authorization_specification, invalid_password */
const REFUSED_STATES = new Set(['28000', '28P01']);

/** Roles of the prefix exist, and the secret is not the one that their passwords derive from. */
export class ForeignRolesError extends Error {
  constructor(role: string) {
    super(
      `The role ${role} exists and has another password: if another installation uses it, set MERZILI_ROLE_PREFIX; if it is ` +
        "this one's, set its MERZILI_DATABASE_SECRET, or set new passwords with 'npx merzili migrate --rotate-secret'; nothing has been changed",
    );
  }
}

const names = z.array(z.object({ name: z.string() }));

/** Rejects if roles of the installation's names exist that it cannot log in as. */
export async function checkExistingRoles(query: RunQuery, installation: Installation): Promise<void> {
  const rows = await query('select rolname as name from pg_roles where rolname = any ($1)', [
    LOGIN_ROLES.map((role) => roleName(installation.rolePrefix, role)),
  ]);
  const existing = new Set(names.parse(rows).map(({ name }) => name));
  for (const role of LOGIN_ROLES) {
    const name = roleName(installation.rolePrefix, role);
    if (existing.has(name) && !(await canLogIn(installation, role))) throw new ForeignRolesError(name);
  }
}

/** Sets the password of a role only if logging in with it fails, so that running processes keep their connections. */
export async function setPasswords(query: RunQuery, installation: Installation): Promise<void> {
  for (const role of LOGIN_ROLES) {
    if (await canLogIn(installation, role)) continue;
    const verifier = scramVerifier(passwordOf(installation.secret, role));
    await query(`alter role ${roleName(installation.rolePrefix, role)} login password '${verifier}'`);
  }
}

/** Connections that are not an audience's: of the owner, of the server's own role, of administrators. */
const OTHER_CONNECTIONS = 20;
/** Roles that share the other connections equally, so that none can use up those of another. */
const SHARES = 4;

const limits = z.array(z.object({ name: z.string(), limit: z.number().int().positive() }));

/** Limits the connections of each role to a share of `max_connections`. */
export async function limitConnections(query: RunQuery, rolePrefix: string): Promise<void> {
  const rows = await query(
    `select rolname as name, share as limit from pg_roles,
            greatest((current_setting('max_connections')::int - $2) / $3, 1) as share
      where rolname = any ($1) and rolconnlimit <> share`,
    [LOGIN_ROLES.map((role) => roleName(rolePrefix, role)), OTHER_CONNECTIONS, SHARES],
  );
  for (const { name, limit } of limits.parse(rows)) {
    await query(`alter role ${name} connection limit ${limit}`);
  }
}

async function canLogIn(installation: Installation, role: LoginRole): Promise<boolean> {
  const { connectionString } = loginAs(installation, role);
  const client = new Client({ connectionString, connectionTimeoutMillis: TIMEOUT_MS });
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
    return true;
  } catch (error) {
    if (REFUSED_STATES.has(codeOf(error))) return false;
    throw error;
  }
}
