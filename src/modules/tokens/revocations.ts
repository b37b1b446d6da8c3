import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { MAX_TOKEN_SECONDS } from '../../auth/claims.js';
import type { Issuer } from '../../auth/issuers.js';
import type { ReservedReaders } from '../../database/reserved-readers.js';
import { retryWhileUnavailable } from '../../database/unavailable.js';
import { NATIONS, type Nation } from '../../domain/scopes.js';

/** How often every process reads new revocations. */
const INTERVAL_MS = 500;
/** How long a start waits for a database that is too busy to answer. */
const START_TIMEOUT_MS = 10_000;
/** No token lives longer, even where clocks differ. After that time a revocation has no effect. */
const REMEMBERED_SECONDS = 2 * MAX_TOKEN_SECONDS;
/** A read looks back this far before the last one: a revocation is visible at its commit, after `revoked_at`. */
const OVERLAP_SECONDS = 60;
/** How often all revocations are read again, which also drops those that no longer have an effect. */
const FULL_READ_SECONDS = 600;

const STATEMENT = `select json_build_object(
    'isFrozen', exists (select nation from issuer_freeze),
    'tokenIds', coalesce((select json_agg(token_id) from revoked_token
      where revoked_at > now() - make_interval(secs => $1)), '[]'))::text`;
const refusals = z.object({ isFrozen: z.boolean(), tokenIds: z.array(z.string()) });

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
  read: ReservedReaders['read'],
): Promise<Revocations> {
  const nations = new Map(issuers.map(({ issuer, nation }) => [issuer, nation]));
  const followers = new Map<Nation | null, NationFollower>(
    NATIONS.map((nation) => [nation, new NationFollower(nation, read)]),
  );
  const closing = new AbortController();
  // No server starts without knowing them.
  await Promise.all(
    [...followers.values()].map((follower) => retryWhileUnavailable(START_TIMEOUT_MS, () => follower.read())),
  );
  for (const follower of followers.values()) void follower.run(closing.signal);
  return {
    isRevoked(issuer, tokenId) {
      return followers.get(nations.get(issuer) ?? null)?.isRevoked(tokenId) ?? false;
    },
    close: () => closing.abort(),
  };
}

/** Follows one nation by itself: no other nation's load delays it. */
class NationFollower {
  private isFrozen = false;
  private tokenIds = new Set<string>();
  /** When the last successful reads began, in milliseconds on the process's monotonic clock. */
  private readAt = Number.NEGATIVE_INFINITY;
  private fullyReadAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly nation: Nation,
    private readonly readStatement: ReservedReaders['read'],
  ) {}

  isRevoked(tokenId: string): boolean {
    // The database holds texts in NFC.
    return this.isFrozen || this.tokenIds.has(tokenId.normalize('NFC'));
  }

  /** Reads until `signal` aborts. A failed read leaves in force what is known. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await delay(INTERVAL_MS, undefined, { ref: false });
      if (!signal.aborted) await this.read().catch(() => {});
    }
  }

  /** Reads whether the nation is frozen, and what it revoked since the last read. */
  async read(): Promise<void> {
    const startedAt = performance.now();
    const isFull = startedAt - this.fullyReadAt > FULL_READ_SECONDS * 1000;
    const sinceLast = (startedAt - this.readAt) / 1000 + OVERLAP_SECONDS;
    const seconds = isFull ? REMEMBERED_SECONDS : Math.min(REMEMBERED_SECONDS, sinceLast);
    const statement = { name: 'revocations', text: STATEMENT, values: [seconds] };
    const [text] = await this.readStatement(this.nation, statement);
    const { isFrozen, tokenIds } = refusals.parse(JSON.parse(String(text)));
    this.isFrozen = isFrozen;
    if (isFull) this.tokenIds = new Set(tokenIds);
    else for (const id of tokenIds) this.tokenIds.add(id);
    this.readAt = startedAt;
    if (isFull) this.fullyReadAt = startedAt;
  }
}
