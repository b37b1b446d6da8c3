import type { KeyStatus, KeyStore } from '../auth/jwks.js';
import type { Readers } from '../database/readers.js';
import type { LoginWatch } from './login-watch.js';
import type { MigrationCheck } from './migration-check.js';

/** Whether the server should get requests. `status` and `issuers` are for the operator alone. */
export interface Readiness {
  readonly isReady: boolean;
  readonly status: string;
  readonly issuers: readonly KeyStatus[];
}

/** Reads the readiness on connections that no request uses. */
export async function readReadiness(
  readers: Pick<Readers, 'ping'>,
  database: Pick<MigrationCheck, 'problem'>,
  logins: Pick<LoginWatch, 'problem'>,
  keys: Pick<KeyStore, 'status'>,
): Promise<Readiness> {
  const [isReachable, problem] = await Promise.all([readers.ping(), database.problem()]);
  // After the others: their connections may be the first that are refused.
  const refusal = await logins.problem();
  const issuers = keys.status();
  const reason = refusal ?? (isReachable ? (problem ?? missingKeys(issuers)) : 'database unreachable');
  return { isReady: reason === null, status: reason ?? 'ready', issuers };
}

/**
 * Names those who have had no key since the start. One who withdraws the last key later keeps out its own tokens only:
 * the server stays ready for the others.
 */
function missingKeys(issuers: readonly KeyStatus[]): string | null {
  const owners = [...new Set(issuers.map(({ nation }) => nation))];
  const missing = owners.filter((nation) =>
    issuers.every((issuer) => issuer.nation !== nation || !issuer.hasHadKeys),
  );
  return missing.length === 0
    ? null
    : `no public key of ${missing.map((nation) => nation ?? 'the Centre').join(', ')}`;
}
