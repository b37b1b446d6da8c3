import type { Logger } from 'pino';
import type { LoginObserver } from '../database/login-refusal.js';
import { RoleClient } from '../database/role-client.js';
import { type Installation, LOGIN_ROLES, loginAs, roleName } from '../database/roles.js';

const TIMEOUT_MS = 2_000;

/** Knows which roles the database refuses to log in. */
export interface LoginWatch {
  readonly observer: LoginObserver;
  /** Tries refused roles again. Returns a sentence that names those still refused, or null. */
  problem(): Promise<string | null>;
}

/** Logs the first refusal of a role, and its first login afterwards. */
export function openLoginWatch(installation: Installation, logger: Logger): LoginWatch {
  const refused = new Map<string, string>();
  let checking: Promise<string | null> | null = null;

  const observer: LoginObserver = {
    succeeded(role) {
      if (refused.delete(role)) logger.info({ role }, `the database logs in ${role} again`);
    },
    refused(role, { code }) {
      if (refused.has(role)) return;
      refused.set(role, code);
      logger.error({ role, code }, refusalSentence(role, code));
    },
  };

  /** Requests may not come before the server is ready, so they cannot be what finds out. */
  async function check(): Promise<string | null> {
    const roles = LOGIN_ROLES.filter((role) => refused.has(roleName(installation.rolePrefix, role)));
    await Promise.all(
      roles.map((role) => tryLogin(new RoleClient({ ...loginAs(installation, role), observer, ...TIMEOUT }))),
    );
    return refused.size === 0 ? null : `database refuses to log in ${[...refused.keys()].sort().join(', ')}`;
  }

  return {
    observer,
    problem() {
      checking ??= check().finally(() => {
        checking = null;
      });
      return checking;
    },
  };
}

const TIMEOUT = { connectionTimeoutMillis: TIMEOUT_MS, application_name: 'merzili readiness' };

async function tryLogin(client: RoleClient): Promise<void> {
  client.on('error', () => {});
  await client.connect().catch(() => {});
  await client.end().catch(() => {});
}

function refusalSentence(role: string, code: string): string {
  return (
    `the database refuses to log in ${role} (${code}): run 'npx merzili migrate' with this MERZILI_DATABASE_SECRET to set the ` +
    'password again, or restart with the secret of the last rotation; otherwise see pg_hba.conf and the rights of the role'
  );
}
