import type { Logger } from 'pino';
import { type DemoIssuer, openDemoIssuers } from '../auth/demo-issuers.js';
import { type Issuer, loadIssuers } from '../auth/issuers.js';
import { type KeyStatus, type KeyStore, openKeyStore } from '../auth/jwks.js';
import { createVerifier, type Verifier } from '../auth/verifier.js';
import { type Config, withConfigContext } from '../common/config.js';
import type { ReservedReaders } from '../database/reserved-readers.js';
import { followRevocations } from '../modules/tokens/revocations.js';
import type { DisposalStack } from './disposal-stack.js';

/** Authentication: the trusted issuers, their keys, and the token verifier. */
export interface Access {
  readonly verifier: Verifier;
  readonly keys: KeyStore;
  /** Issuers that the server mints tokens for; null outside demo mode. */
  readonly demo: readonly DemoIssuer[] | null;
}

export async function openAccess(
  config: Config,
  logger: Logger,
  readReserved: ReservedReaders['read'],
  stack: DisposalStack,
): Promise<Access> {
  const { issuers, demo } = await openIssuers(config);
  const keys = await withConfigContext(
    config.issuersFile === null ? 'MERZILI_DATA_DIR' : 'MERZILI_ISSUERS',
    openKeyStore(issuers, { onStatus: (status) => logKeyStatus(logger, status) }),
  );
  stack.defer(() => keys.close());
  const revocations = await followRevocations(issuers, readReserved);
  stack.defer(() => revocations.close());
  const verifier = createVerifier({
    keys,
    issuers,
    isRevoked: revocations.isRevoked,
    onReject: (reason, detail) => {
      if (reason !== 'absent') logger.info({ reason, detail }, 'token refused');
    },
  });
  return { verifier, keys, demo };
}

async function openIssuers(
  config: Config,
): Promise<{ issuers: readonly Issuer[]; demo: readonly DemoIssuer[] | null }> {
  if (config.issuersFile) {
    const issuers = await withConfigContext('MERZILI_ISSUERS', loadIssuers(config.issuersFile));
    return { issuers, demo: null };
  }
  const { issuers } = await openDemoIssuers(config.dataDir);
  return { issuers, demo: issuers };
}

function logKeyStatus(logger: Logger, status: KeyStatus): void {
  if (!status.ok) logger.warn(status, 'keys of issuer not read; the last good ones stay in use');
  else if (status.shared) logger.warn(status, 'keys of issuer are published by another issuer as well');
  else logger.info(status, 'keys of issuer read');
}
