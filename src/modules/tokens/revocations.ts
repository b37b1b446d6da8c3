import { z } from 'zod';
import { MAX_TOKEN_SECONDS } from '../../auth/claims.js';
import type { Issuer } from '../../auth/issuers.js';
import type { ReadStatement } from '../../database/pipeline.js';
import { retryWhileUnavailable } from '../../database/unavailable.js';
import { type Audience, NATIONS, type Nation } from '../../domain/scopes.js';

/** How often every process looks for new revocations. */
const INTERVAL_MS = 1_000;
/** How long a start waits for a database that is too busy to answer. */
const START_TIMEOUT_MS = 10_000;
/** No token lives longer, clocks that differ included; after that a revocation has nothing to say. */
const REMEMBERED_SECONDS = 2 * MAX_TOKEN_SECONDS;

const STATEMENT = `select json_build_object(
    'isFrozen', exists (select nation from issuer_freeze),
    'tokenIds', coalesce((select json_agg(token_id) from revoked_token
      where revoked_at > now() - make_interval(secs => ${REMEMBERED_SECONDS})), '[]'))::text`;
const refusals = z.object({
  /** No issuer of the nation is trusted. */
  isFrozen: z.boolean(),
  tokenIds: z.array(z.string()).transform((ids): ReadonlySet<string> => new Set(ids)),
});

interface Revocations {
  /** Whether the administrator of its issuer's nation revoked a token, or froze the nation's issuers. */
  isRevoked(issuer: string, tokenId: string): boolean;
  close(): void;
}

/**
 * Follows the revocations and freezes of every nation, each read as the nation's own role. While the
 * database does not answer, those known stay in force.
 */
export async function followRevocations(
  issuers: readonly Issuer[],
  read: (audience: Audience, statement: ReadStatement, isHeavy: boolean) => Promise<readonly Buffer[]>,
): Promise<Revocations> {
  const nations = new Map(issuers.map(({ issuer, nation }) => [issuer, nation]));
  const refused = new Map<string | null, z.output<typeof refusals>>();
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  async function lookAt(nation: Nation): Promise<void> {
    const [text] = await read(nation, { name: 'revocations', text: STATEMENT, values: [] }, false);
    refused.set(nation, refusals.parse(JSON.parse(String(text))));
  }

  /** One nation's trouble keeps no other's revocations back. */
  async function look(): Promise<void> {
    const looks = await Promise.allSettled(NATIONS.map(lookAt));
    for (const outcome of looks) if (outcome.status === 'rejected') throw outcome.reason;
  }

  function lookLater(): void {
    if (isClosed) return;
    timer = setTimeout(
      () =>
        void look()
          .catch(() => {})
          .finally(lookLater),
      INTERVAL_MS,
    );
    timer.unref();
  }

  // No server starts without knowing them.
  await retryWhileUnavailable(START_TIMEOUT_MS, look);
  lookLater();
  return {
    isRevoked(issuer, tokenId) {
      const known = refused.get(nations.get(issuer) ?? null);
      // Kept as text is kept here, in NFC.
      return known !== undefined && (known.isFrozen || known.tokenIds.has(tokenId.normalize('NFC')));
    },
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}
