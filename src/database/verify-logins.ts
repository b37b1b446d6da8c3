import { RoleClient } from './role-client.js';
import { type Installation, LOGIN_ROLES, loginAs } from './roles.js';

const TIMEOUT_MS = 5_000;

/** Logs in as each role once. Rejects if the session has another role, so that the server does not start. */
export async function verifyLogins(installation: Installation): Promise<void> {
  await Promise.all(
    LOGIN_ROLES.map(async (role) => {
      const client = new RoleClient({
        ...loginAs(installation, role),
        connectionTimeoutMillis: TIMEOUT_MS,
      });
      client.on('error', () => {});
      await client.connect();
      await client.end();
    }),
  );
}
