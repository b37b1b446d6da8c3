import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { identityOf, type Viewer } from '../auth/viewer.js';
import { CodedError } from '../common/errors.js';

/** How much a subject may ask for. A bucket of `budget` that refills by `restoreRate` each second. */
export interface BudgetTerms {
  readonly budget: number;
  readonly restoreRate: number;
  /** Cost of one operation at the most. */
  readonly ceiling: number;
}

/** What all processes together have given out to a subject, and what is left. */
export interface TokenReservation {
  readonly granted: number;
  /** Left in the bucket after this. */
  readonly left: number;
}

/**
 * Takes from the bucket all processes share: `wanted`, or less, but nothing when `needed` is not to be
 * had; gives back `returned` first. Rejects when the database is not to be had.
 */
export type ReserveTokens = (
  identity: Buffer,
  demand: { readonly needed: number; readonly wanted: number; readonly returned: number },
) => Promise<TokenReservation>;

/** What an operation was charged. */
export interface Charge {
  /**
   * Ends it: gives back what was not used, and answers what is reported. `unreported` is taken on top: the
   * time a statement took tells of rows, hidden ones included, so that no answer may state it.
   */
  settle(actual: number, unreported?: number): CostReport;
}

/**
 * As Shopify reports it, in units of cost; `available` is rounded to a twentieth of the budget: finer, it would
 * tell how long the statements of a moment ago took.
 */
export interface CostReport {
  readonly requested: number;
  readonly actual: number;
  readonly available: number;
  readonly restoreRate: number;
}

export interface Budget {
  readonly terms: BudgetTerms;
  /**
   * Takes an operation's cost from the viewer's budget. Throws LIMIT_EXCEEDED above the ceiling and
   * RATE_LIMITED when the budget is used up. A promise only when the processes have to agree first.
   */
  charge(viewer: Viewer, cost: number): Charge | Promise<Charge>;
}

/** What one process holds of a subject's budget. */
interface Account {
  readonly identity: Buffer;
  /** Taken from the shared bucket and not used yet; below zero what was used on top of that. */
  inHand: number;
  /** In the shared bucket when last heard of, at `at`. */
  left: number;
  /** Milliseconds on the process's steady clock. */
  at: number;
  leasedAt: number;
  leasing: Promise<void> | null;
}

const MAX_CACHED_ACCOUNTS = 20_000;
/** Part of the budget that a process takes at once. */
const SHARE = 1 / 20;
/** A reservation not used for so long goes back. */
const LEASE_MS = 10_000;
/** Part of the budget to which what is available is reported. */
const REPORTED_SHARE = 1 / 20;

export function createBudget(
  terms: BudgetTerms,
  reserveTokens: ReserveTokens,
  clock: () => number = () => performance.now(),
): Budget {
  const { budget, restoreRate, ceiling } = terms;
  const chunk = Math.ceil(budget * SHARE);
  const step = Math.max(1, Math.floor(budget * REPORTED_SHARE));
  const accounts = new LRUCache<string, Account>({ max: MAX_CACHED_ACCOUNTS });
  const identities = new WeakMap<Viewer, string>();

  function accountOf(viewer: Viewer): Account {
    let name = identities.get(viewer);
    if (name === undefined) {
      name = identityOf(viewer);
      identities.set(viewer, name);
    }
    let account = accounts.get(name);
    if (!account) {
      account = {
        identity: createHash('sha256').update(name).digest(),
        inHand: 0,
        left: budget,
        at: clock(),
        leasedAt: clock(),
        leasing: null,
      };
      accounts.set(name, account);
    }
    return account;
  }

  /** What the bucket holds by now as far as this process knows, without what is in hand. */
  function leftNow(account: Account, now: number): number {
    return Math.min(budget - account.inHand, account.left + (restoreRate * (now - account.at)) / 1000);
  }

  function reservation(account: Account, needed: number): Promise<void> {
    const isStale = clock() - account.leasedAt > LEASE_MS;
    const returned = isStale || account.inHand < 0 ? account.inHand : 0;
    account.inHand -= returned;
    const missing = Math.max(0, needed - account.inHand);
    const wanted = Math.max(missing, chunk - account.inHand);
    account.leasing = reserveTokens(account.identity, { needed: missing, wanted, returned })
      .catch((): TokenReservation => {
        // Without the shared bucket each process goes by its own.
        const left = leftNow(account, clock()) + returned;
        const granted = left >= missing ? Math.min(wanted, left) : 0;
        return { granted, left: left - granted };
      })
      .then(({ granted, left }) => {
        account.inHand += granted;
        account.left = left;
        account.at = account.leasedAt = clock();
      })
      .finally(() => {
        account.leasing = null;
      });
    return account.leasing;
  }

  function take(account: Account, cost: number): Charge {
    account.inHand -= cost;
    return {
      settle(actual, unreported = 0) {
        account.inHand += cost - actual;
        const available = account.inHand + leftNow(account, clock());
        account.inHand -= unreported;
        // The other processes are to know.
        if (account.inHand < 0 && account.leasing === null) void reservation(account, 0);
        return {
          requested: cost,
          actual,
          available: Math.min(budget, Math.max(0, Math.round(available / step) * step)),
          restoreRate,
        };
      },
    };
  }

  async function takeAfterLease(account: Account, cost: number): Promise<Charge> {
    // Others may be waiting for the same reservation and use it up; each then asks for one of its own.
    while (account.leasing !== null) await account.leasing;
    if (account.inHand >= cost && clock() - account.leasedAt <= LEASE_MS) return take(account, cost);
    // Refusing costs no more than a look: others only make it less, and time is counted in.
    const missing = cost - account.inHand - leftNow(account, clock());
    if (missing > 0) throw rateLimited(secondsFor(missing));
    const leasing = reservation(account, cost);
    await leasing;
    if (account.inHand >= cost) return take(account, cost);
    throw rateLimited(secondsFor(cost - account.inHand - account.left));
  }

  function secondsFor(missing: number): number {
    return Math.max(1, Math.ceil(missing / restoreRate));
  }

  return {
    terms,
    charge(viewer, cost) {
      const most = Math.min(ceiling, budget);
      if (cost > most) throw costsTooMuch(cost, most);
      const account = accountOf(viewer);
      if (account.inHand < cost || clock() - account.leasedAt > LEASE_MS)
        return takeAfterLease(account, cost);
      const charge = take(account, cost);
      if (account.inHand < chunk / 4 && account.leasing === null) void reservation(account, 0);
      return charge;
    },
  };
}

function costsTooMuch(requested: number, maximum: number): CodedError {
  return new CodedError('LIMIT_EXCEEDED', {
    reason: 'LIMIT_COST',
    variables: { requested, maximum },
    extensions: { limit: 'cost', maximum, requested },
  }).endingRequest();
}

function rateLimited(seconds: number): CodedError {
  const error = new CodedError('RATE_LIMITED', {
    variables: { seconds },
    extensions: { retryAfter: seconds, retryable: true },
  });
  return error.endingRequest({ 'retry-after': String(seconds) });
}
