import { setTimeout as delay } from 'node:timers/promises';
import { Pool } from 'pg';
import { codeOf } from '../common/thrown.js';
import { NATIONS, type Nation } from '../domain/scopes.js';
import { PipelinedClient } from './pipelined-client.js';
import type { PoolUse } from './pool-use.js';
import { RequestQueue } from './request-queue.js';
import { roleUrl } from './roles.js';
import { begin, type Transaction } from './transaction.js';
import { isPassing, unavailable } from './unavailable.js';

/** Connections of each nation for writing. */
const CONNECTIONS = 4;
const CONNECT_TIMEOUT_MS = 2_000;
const STATEMENT_TIMEOUT_MS = 5_000;
const LOCK_TIMEOUT_MS = 3_000;
const IDLE_TIMEOUT_MS = 5_000;
/** How long a connection nobody uses is kept. */
const IDLE_CONNECTION_MS = 60_000;
/** How much later than the server the client gives up: for connections that fell silent. */
const SILENCE_MS = 2_000;
/** How often a transaction is begun at the most, when others get in its way. */
const MAX_ATTEMPTS = 5;
/** Pause before another try, at random, so that those in each other's way part. */
const MAX_PAUSE_MS = 20;
/** serialization_failure and deadlock_detected: the server has undone everything and asks for another try. */
const CONFLICTS = new Set(['40001', '40P01']);
/** unique_violation: another was quicker. Work that may be repeated sees what that one wrote, or draws again. */
const TAKEN = '23505';
/** lock_not_available and idle_in_transaction_session_timeout. */
const BUSY = new Set(['55P03', '25P03']);

export interface WriteOptions {
  /** The work knows what it has done before, so that it may be repeated when a COMMIT got no answer. */
  readonly isRepeatable?: boolean;
}

export interface Writers {
  /** One transaction as the nation's role: all of the work is committed, or none of it. */
  write<T>(nation: Nation, work: (tx: Transaction) => Promise<T>, options?: WriteOptions): Promise<T>;
  /** How busy the connections of each nation are. */
  use(): readonly PoolUse[];
  close(): Promise<void>;
}

/** Connections for writing: one login role and pool for every nation, nothing shared. The public has none. */
export function openWriters(ownerUrl: string, secret: string, connections = CONNECTIONS): Writers {
  const pools = new Map(
    NATIONS.map((nation) => [nation, openPool(roleUrl(ownerUrl, secret, nation), connections)]),
  );
  const lines = new Map(NATIONS.map((nation) => [nation, new RequestQueue(connections)]));

  return {
    async write(nation, work, { isRepeatable = false } = {}) {
      const pool = pools.get(nation);
      const line = lines.get(nation);
      if (!pool || !line) throw new Error(`No connections for ${nation}`);
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await line.run(() => transact(pool, work));
        } catch (error) {
          const code = codeOf(error);
          const isConflict = CONFLICTS.has(code) || (isRepeatable && code === TAKEN);
          const isLost = isPassing(error);
          if ((isConflict && attempt < MAX_ATTEMPTS) || (isLost && isRepeatable && attempt === 1)) {
            await delay(Math.random() * MAX_PAUSE_MS);
            continue;
          }
          if (isConflict || isLost || BUSY.has(code)) throw unavailable();
          throw error;
        }
      }
    },
    use() {
      return [...lines].map(([audience, line]) => {
        const open = pools.get(audience)?.totalCount;
        return { audience, pool: 'write', busy: line.busy, open };
      });
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.end()));
    },
  };
}

function openPool(connectionString: string, connections: number): Pool {
  const pool = new Pool({
    Client: PipelinedClient,
    connectionString,
    max: connections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_CONNECTION_MS,
    application_name: 'merzili write',
    options: [
      '-c timezone=UTC',
      '-c jit=off',
      '-c plan_cache_mode=force_generic_plan',
      `-c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
      `-c lock_timeout=${LOCK_TIMEOUT_MS}`,
      `-c idle_in_transaction_session_timeout=${IDLE_TIMEOUT_MS}`,
    ].join(' '),
    query_timeout: STATEMENT_TIMEOUT_MS + SILENCE_MS,
    keepAlive: true,
  });
  pool.on('error', () => {});
  // A connection that is lost while it is in use says so to whoever waits for its answer.
  pool.on('connect', (client) => client.on('error', () => {}));
  return pool;
}

async function transact<T>(pool: Pool, work: (tx: Transaction) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  if (!(client instanceof PipelinedClient)) throw new Error('The pool holds connections for writing');
  const transaction = begin(client);
  try {
    const result = await work(transaction);
    await transaction.commit();
    client.release();
    return result;
  } catch (error) {
    // A connection that cannot be rolled back is not given to anybody else.
    await transaction.rollback().then(
      () => client.release(),
      () => client.release(true),
    );
    throw error;
  }
}
