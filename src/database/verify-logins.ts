import type { Client } from 'pg';
import { RoleClient } from './role-client.js';
import { type Installation, LOGIN_ROLES, loginAs, type RoleLogin } from './roles.js';

const TIMEOUT = { connectionTimeoutMillis: 5_000 };

/** A pooler gives a connection to another client between statements. Settings and prepared statements would mix. */
class PoolingModeError extends Error {
  constructor() {
    super(
      'DATABASE_URL leads to a pooler in transaction or statement mode; Merzili needs its connections for itself: set pool_mode=session for its database, or connect to PostgreSQL directly',
    );
  }
}

/**
 * Logs in as each role. Rejects if a session has another role, or if sessions are shared, so that the server does not
 * start.
 */
export async function verifyLogins(installation: Installation): Promise<void> {
  await Promise.all(LOGIN_ROLES.map((role) => verifyLogin(loginAs(installation, role))));
}

async function verifyLogin(login: RoleLogin): Promise<void> {
  const [one, other] = [new RoleClient({ ...login, ...TIMEOUT }), new RoleClient({ ...login, ...TIMEOUT })];
  await verifyOwnSessions(one, other);
}

/** Connects two clients. Rejects with a {@link PoolingModeError} if they are not sessions of their own. Ends both. */
export async function verifyOwnSessions(one: Client, other: Client): Promise<void> {
  for (const client of [one, other]) client.on('error', () => {});
  try {
    await one.connect();
    await other.connect();
    // Sessions of their own have processes of their own, in whichever order they are asked.
    const [first, second] = [await processOf(one), await processOf(other)];
    const isShared =
      first === second || (await processOf(other)) !== second || (await processOf(one)) !== first;
    if (isShared) throw new PoolingModeError();
  } finally {
    await Promise.all([one.end(), other.end()].map((ended) => ended.catch(() => {})));
  }
}

/** Process of PostgreSQL that answers. */
async function processOf(client: Client): Promise<unknown> {
  const { rows } = await client.query('select pg_backend_pid() as process');
  return rows[0]?.process;
}
