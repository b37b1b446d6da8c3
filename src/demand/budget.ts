import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { identityOf, type Viewer } from '../auth/viewer.js';
import { CodedError } from '../common/errors.js';

/** The token bucket of a subject: at most `budget` tokens. It regains `restoreRate` tokens each second. */
export interface BudgetTerms {
  readonly budget: number;
  readonly restoreRate: number;
  /** Maximum cost of one operation. */
  readonly ceiling: number;
  /** Milliseconds on quick and writing connections that are free for each operation; 10 unless stated. */
  readonly freeMs?: number;
}

/** Tokens taken from the shared bucket. */
interface TokenReservation {
  readonly granted: number;
  /** Tokens left in the bucket. */
  readonly left: number;
}

/**
 * Takes tokens from the bucket that all processes share: `requested`, or as many as it holds, but none if it holds fewer
 * than `needed`. First adds `returned`. Rejects while the database is unavailable.
 */
export type ReserveTokens = (
  identity: Buffer,
  demand: { readonly needed: number; readonly requested: number; readonly returned: number },
) => Promise<TokenReservation>;

/** The charge of an operation that runs. */
export interface Charge {
  /**
   * Returns what was not used. `unreported` is charged on top: it is the time of statements, which depends on rows that
   * the viewer may not see, so no report states it.
   */
  finish(actual: number, unreported?: number): CostReport;
}

/**
 * Cost in the form that Shopify reports, in units. `available` is rounded to a twentieth of the budget: an exact number
 * would reveal how long earlier statements took.
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
   * Charges the cost of an operation to the viewer's budget. Throws LIMIT_EXCEEDED above the ceiling, and RATE_LIMITED
   * if the budget is used up. Returns a promise only if tokens have to be reserved first.
   */
  charge(viewer: Viewer, cost: number): Charge | Promise<Charge>;
}

/** The part of a subject's budget that this process has reserved. Times are milliseconds of the process's steady clock. */
interface Account {
  readonly identity: Buffer;
  /** Reserved and unused tokens. Negative: tokens used without a reservation. */
  reserved: number;
  /** Last known number of tokens in the shared bucket, at `leftAt`. */
  left: number;
  leftAt: number;
  reservedAt: number;
  /** The pending reservation. */
  reserving: Promise<void> | null;
}

const MAX_CACHED_ACCOUNTS = 20_000;
/** Part of the budget that a process reserves at once. */
const RESERVED_SHARE = 1 / 20;
/** A process returns an unused reservation after this time. */
const RESERVATION_MS = 10_000;
/** Part of the budget to which the available tokens are rounded in reports. */
const REPORTED_SHARE = 1 / 20;

export function createBudget(
  terms: BudgetTerms,
  reserveTokens: ReserveTokens,
  clock: () => number = () => performance.now(),
): Budget {
  return new SharedBudget(terms, reserveTokens, clock);
}

/** A token bucket for each subject, shared by all processes; each process reserves a part and charges from it. */
class SharedBudget implements Budget {
  private readonly chunk: number;
  private readonly reportedStep: number;
  private readonly accounts = new LRUCache<string, Account>({ max: MAX_CACHED_ACCOUNTS });
  private readonly identities = new WeakMap<Viewer, string>();

  constructor(
    readonly terms: BudgetTerms,
    private readonly reserveTokens: ReserveTokens,
    private readonly clock: () => number,
  ) {
    this.chunk = Math.ceil(terms.budget * RESERVED_SHARE);
    this.reportedStep = Math.max(1, Math.floor(terms.budget * REPORTED_SHARE));
  }

  charge(viewer: Viewer, cost: number): Charge | Promise<Charge> {
    const maximum = Math.min(this.terms.ceiling, this.terms.budget);
    if (cost > maximum) throw costsTooMuch(cost, maximum);
    const account = this.accountOf(viewer);
    if (account.reserved < cost || this.isStale(account)) return this.reserveAndCharge(account, cost);
    const charge = this.chargeReserved(account, cost);
    if (account.reserved < this.chunk / 4 && account.reserving === null) void this.reserve(account, 0);
    return charge;
  }

  private accountOf(viewer: Viewer): Account {
    let name = this.identities.get(viewer);
    if (name === undefined) {
      name = identityOf(viewer);
      this.identities.set(viewer, name);
    }
    let account = this.accounts.get(name);
    if (!account) {
      const now = this.clock();
      account = {
        identity: createHash('sha256').update(name).digest(),
        reserved: 0,
        left: this.terms.budget,
        leftAt: now,
        reservedAt: now,
        reserving: null,
      };
      this.accounts.set(name, account);
    }
    return account;
  }

  private isStale(account: Account): boolean {
    return this.clock() - account.reservedAt > RESERVATION_MS;
  }

  /** Estimated number of tokens in the shared bucket, without the own reservation. */
  private leftNow(account: Account): number {
    const { budget, restoreRate } = this.terms;
    const restored = (restoreRate * (this.clock() - account.leftAt)) / 1000;
    return Math.min(budget - account.reserved, account.left + restored);
  }

  private reserve(account: Account, needed: number): Promise<void> {
    const returned = this.isStale(account) || account.reserved < 0 ? account.reserved : 0;
    account.reserved -= returned;
    const missing = Math.max(0, needed - account.reserved);
    const requested = Math.max(missing, this.chunk - account.reserved);
    account.reserving = this.reserveTokens(account.identity, { needed: missing, requested, returned })
      .catch((): TokenReservation => {
        // While the shared bucket is unavailable, the process uses its own estimate.
        const left = this.leftNow(account) + returned;
        const granted = left >= missing ? Math.min(requested, left) : 0;
        return { granted, left: left - granted };
      })
      .then(({ granted, left }) => {
        account.reserved += granted;
        account.left = left;
        account.leftAt = account.reservedAt = this.clock();
      })
      .finally(() => {
        account.reserving = null;
      });
    return account.reserving;
  }

  private chargeReserved(account: Account, cost: number): Charge {
    account.reserved -= cost;
    return { finish: (actual, unreported = 0) => this.finish(account, cost, actual, unreported) };
  }

  private finish(account: Account, cost: number, actual: number, unreported: number): CostReport {
    const { budget, restoreRate } = this.terms;
    account.reserved += cost - actual;
    const available = account.reserved + this.leftNow(account);
    account.reserved -= unreported;
    // Returns a debt to the shared bucket, so that other processes know it.
    if (account.reserved < 0 && account.reserving === null) void this.reserve(account, 0);
    const rounded = Math.round(available / this.reportedStep) * this.reportedStep;
    return { requested: cost, actual, available: Math.min(budget, Math.max(0, rounded)), restoreRate };
  }

  private async reserveAndCharge(account: Account, cost: number): Promise<Charge> {
    // Other operations may wait for the same reservation and use it up; each then makes its own.
    while (account.reserving !== null) await account.reserving;
    if (account.reserved >= cost && !this.isStale(account)) return this.chargeReserved(account, cost);
    // Rejects without a query: other processes can only lower what is left.
    const missing = cost - account.reserved - this.leftNow(account);
    if (missing > 0) throw rateLimited(this.secondsFor(missing));
    await this.reserve(account, cost);
    if (account.reserved >= cost) return this.chargeReserved(account, cost);
    throw rateLimited(this.secondsFor(cost - account.reserved - account.left));
  }

  private secondsFor(missing: number): number {
    return Math.max(1, Math.ceil(missing / this.terms.restoreRate));
  }
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
