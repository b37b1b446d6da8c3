import { setTimeout as delay } from 'node:timers/promises';
import { Pool, type PoolConfig } from 'pg';
import { codeOf } from '../common/thrown.js';
import { NATIONS, type Nation } from '../domain/scopes.js';
import { PipelinedClient } from './pipelined-client.js';
import type { PoolUse } from './pool-use.js';
import { RequestQueue } from './request-queue.js';
import type { RoleClientConfig } from './role-client.js';
import { type Installation, loginAs, ROLE_OF, type RoleLogin } from './roles.js';
import type { StatementTime } from './statement-time.js';
import { StatementTimeoutError } from './statement-timeout.js';
import { begin, type Transaction } from './transaction.js';
import { isTransient, unavailable } from './unavailable.js';

/** Number of connections for writing of each nation. */
const CONNECTIONS = 4;
/** Connections of each nation for revocations. */
const REVOCATION_CONNECTIONS = 1;
const CONNECT_TIMEOUT_MS = 2_000;
const STATEMENT_TIMEOUT_MS = 5_000;
const LOCK_TIMEOUT_MS = 3_000;
const IDLE_TIMEOUT_MS = 5_000;
/** How long an idle connection stays open. */
const IDLE_CONNECTION_MS = 60_000;
/** How much later than PostgreSQL the client ends a statement, in case the connection no longer answers. */
const CLIENT_GRACE_MS = 2_000;
/** Maximum number of attempts of a transaction that conflicts with others. */
const MAX_ATTEMPTS = 5;
/** Maximum pause before another attempt. Pauses are random, so that conflicting transactions do not meet again. */
const MAX_PAUSE_MS = 20;
/** serialization_failure and deadlock_detected: PostgreSQL rolled back, and the transaction may be repeated. */
const CONFLICTS = new Set(['40001', '40P01']);
/** unique_violation: another transaction was first. When repeated, the work reads its rows or chooses another key. */
const UNIQUE_VIOLATION = '23505';
/** lock_not_available, idle_in_transaction_session_timeout and query_canceled, which statement_timeout causes. */
const TIMEOUTS = new Set(['55P03', '25P03', '57014']);

export interface WriteOptions {
  /** The work recognizes its own earlier result, so it may be repeated if a commit got no answer. */
  readonly isRepeatable?: boolean;
  /** A revocation has a connection of its own: it waits for no other writes. */
  readonly isRevocation?: boolean;
  /** Receives how long the transactions held connections, failed ones included. */
  readonly time?: StatementTime;
}

export interface Writers {
  /** Runs the work in one transaction under the role of the nation. */
  write<T>(nation: Nation, work: (tx: Transaction) => Promise<T>, options?: WriteOptions): Promise<T>;
  /** Load of the connections of each nation. */
  use(): readonly PoolUse[];
  close(): Promise<void>;
}

interface WritePool {
  readonly nation: Nation;
  /** Name of the pool in metrics. */
  readonly name: 'write' | 'revocation';
  readonly pool: Pool;
  readonly queue: RequestQueue;
}

/** Opens connections for writing. Each nation has a login role and pools of its own. PUBLIC has none. */
export function openWriters(installation: Installation, connections = CONNECTIONS): Writers {
  const pools = NATIONS.flatMap((nation) => {
    const login = loginAs(installation, ROLE_OF[nation]);
    return [
      openPool(nation, 'write', login, connections),
      openPool(nation, 'revocation', login, REVOCATION_CONNECTIONS),
    ];
  });

  return {
    async write(nation, work, { isRepeatable = false, isRevocation = false, time } = {}) {
      const name = isRevocation ? 'revocation' : 'write';
      const writePool = pools.find((candidate) => candidate.nation === nation && candidate.name === name);
      if (!writePool) throw new Error(`No connections for ${nation}`);
      const { pool, queue } = writePool;
      return retryConflicts(isRepeatable, () => queue.run(() => transact(pool, work, time)));
    },
    use() {
      return pools.map(({ nation, name, pool, queue }) => ({
        audience: nation,
        pool: name,
        busy: queue.busy,
        open: pool.totalCount,
      }));
    },
    async close() {
      await Promise.all(pools.map(({ pool }) => pool.end()));
    },
  };
}

function openPool(nation: Nation, name: WritePool['name'], login: RoleLogin, connections: number): WritePool {
  const options: PoolConfig & RoleClientConfig = {
    ...login,
    Client: PipelinedClient,
    max: connections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_CONNECTION_MS,
    application_name: `merzili ${name}`,
    settings: {
      timezone: 'UTC',
      jit: 'off',
      plan_cache_mode: 'force_generic_plan',
      statement_timeout: String(STATEMENT_TIMEOUT_MS),
      lock_timeout: String(LOCK_TIMEOUT_MS),
      idle_in_transaction_session_timeout: String(IDLE_TIMEOUT_MS),
    },
    query_timeout: STATEMENT_TIMEOUT_MS + CLIENT_GRACE_MS,
    keepAlive: true,
  };
  const pool = new Pool(options);
  pool.on('error', () => {});
  // The running statement reports a lost connection; without a listener the event would end the process.
  pool.on('connect', (client) => client.on('error', () => {}));
  return { nation, name, pool, queue: new RequestQueue(connections) };
}

async function transact<T>(
  pool: Pool,
  work: (tx: Transaction) => Promise<T>,
  time?: StatementTime,
): Promise<T> {
  const client = await pool.connect();
  const startedAt = performance.now();
  if (!(client instanceof PipelinedClient)) throw new Error('The pool has connections of another kind');
  const transaction = begin(client);
  try {
    const result = await work(transaction);
    await transaction.commit();
    client.release();
    return result;
  } catch (error) {
    // A connection whose rollback fails is closed, because the next transaction must not continue this one.
    await transaction.rollback().then(
      () => client.release(),
      () => client.release(true),
    );
    throw error;
  } finally {
    if (time) time.writeMs += performance.now() - startedAt;
  }
}

/**
 * Repeats a transaction after a conflict, and a repeatable one once after a lost connection. Rejects with
 * SERVICE_UNAVAILABLE if that does not help.
 */
async function retryConflicts<T>(isRepeatable: boolean, transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transaction();
    } catch (error) {
      const isConflict = endedByConflict(error, isRepeatable);
      const mayRepeat = isConflict
        ? attempt < MAX_ATTEMPTS
        : isRepeatable && attempt === 1 && isTransient(error) && !timedOut(error);
      if (!mayRepeat) throw isConflict || isTransient(error) || timedOut(error) ? unavailable() : error;
      await delay(Math.random() * MAX_PAUSE_MS);
    }
  }
}

/** If a repeatable transaction violates a unique key, its repetition reads what the other one wrote. */
function endedByConflict(error: unknown, isRepeatable: boolean): boolean {
  const code = codeOf(error);
  return CONFLICTS.has(code) || (isRepeatable && code === UNIQUE_VIOLATION);
}

/** What took too long once is not run again: it would hold a connection for as long. */
function timedOut(error: unknown): boolean {
  return error instanceof StatementTimeoutError || TIMEOUTS.has(codeOf(error));
}
