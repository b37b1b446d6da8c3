import { setTimeout as delay } from 'node:timers/promises';
import { AUDIENCES, type Audience } from '../domain/scopes.js';
import { HeavyPool, type HeavyTime } from './heavy-pool.js';
import { Pipeline, type ReadStatement } from './pipeline.js';
import type { PoolUse } from './pool-use.js';
import { QuickPool } from './quick-pool.js';
import type { RoleClientConfig } from './role-client.js';
import { DEMAND_ROLE, loginAs, ROLE_OF, type RoleLogin } from './roles.js';
import { isConnectionLoss, isTransient, unavailable } from './unavailable.js';

const QUICK_TIMEOUT_MS = 3_000;
const HEAVY_TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 1_000;
/** How much later than PostgreSQL we end a statement: for connections that no longer answer. */
const CLIENT_GRACE_MS = 1_000;
/** How long a read that loses its connections is repeated. A first loss after longer is repeated once. */
const RETRY_MS = 2_000;
/** Longest pause before a repetition; each is a millisecond longer than the one before. */
const MAX_PAUSE_MS = 20;

export interface Readers {
  /**
   * Runs a statement as the audience's role and answers the row's texts in UTF-8. Quick statements never wait behind
   * heavy ones. Adds to `time`.
   */
  read(
    audience: Audience,
    statement: ReadStatement,
    isHeavy: boolean,
    time?: HeavyTime,
  ): Promise<readonly Buffer[]>;
  /** How busy each pool of each audience is. */
  use(): readonly PoolUse[];
  /** Ends running statements and refuses new ones: the server stops without waiting for them. */
  abort(): void;
  /** Whether the database answers, asked on a connection that no client's statements use. */
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

interface AudiencePools {
  readonly quick: QuickPool;
  readonly heavy: HeavyPool;
}

/** Opens connections for reading: a login role and pools for each audience, none of them shared. */
export function openReaders(ownerUrl: string, secret: string): Readers {
  const pools = new Map<Audience, AudiencePools>(
    AUDIENCES.map((audience) => [audience, openPools(loginAs(ownerUrl, secret, ROLE_OF[audience]))]),
  );
  const readiness = new Pipeline({
    ...readOptions(loginAs(ownerUrl, secret, DEMAND_ROLE), QUICK_TIMEOUT_MS),
    application_name: 'merzili readiness',
  });
  let isAborted = false;

  /** Not async: every read would wait for another turn of the queue of promises. Throws what rejects a read. */
  function readOnce(
    audience: Audience,
    statement: ReadStatement,
    isHeavy: boolean,
    time?: HeavyTime,
  ): Promise<readonly Buffer[]> {
    if (isAborted) throw unavailable();
    const pool = pools.get(audience);
    if (!pool) throw new Error(`No connections for ${audience}`);
    return isHeavy ? pool.heavy.read(statement, time) : pool.quick.read(statement);
  }

  return {
    read(audience, statement, isHeavy, time) {
      return retryLostConnection(() => readOnce(audience, statement, isHeavy, time));
    },
    use() {
      return [...pools].flatMap(([audience, { quick, heavy }]) => [
        ...quick.use(audience),
        heavy.use(audience),
      ]);
    },
    abort() {
      isAborted = true;
      readiness.abort();
      for (const { quick, heavy } of pools.values()) {
        quick.abort();
        heavy.abort();
      }
    },
    async ping() {
      try {
        await readiness.read({ text: "select 'pong'", values: [] });
        return true;
      } catch {
        return false;
      }
    },
    async close() {
      const open = [...pools.values()].flatMap(({ quick, heavy }) => [quick, heavy]);
      await Promise.all([readiness, ...open].map((pool) => pool.close()));
    },
  };
}

function openPools(login: RoleLogin): AudiencePools {
  return {
    quick: new QuickPool(readOptions(login, QUICK_TIMEOUT_MS, '-c plan_cache_mode=force_generic_plan')),
    heavy: new HeavyPool(readOptions(login, HEAVY_TIMEOUT_MS)),
  };
}

function readOptions(login: RoleLogin, timeoutMs: number, ...options: readonly string[]): RoleClientConfig {
  return {
    ...login,
    application_name: 'merzili read',
    options: [
      '-c timezone=UTC',
      '-c default_transaction_read_only=on',
      '-c jit=off',
      `-c statement_timeout=${timeoutMs}`,
      '-c client_connection_check_interval=1000',
      ...options,
    ].join(' '),
    query_timeout: timeoutMs + CLIENT_GRACE_MS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}

/** Repeats a read whose connection was lost. Rejects with SERVICE_UNAVAILABLE when the database stays away. */
async function retryLostConnection<T>(read: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + RETRY_MS;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await read();
    } catch (error) {
      const mayRepeat = attempt === 1 || performance.now() < deadline;
      if (!isConnectionLoss(error) || !mayRepeat) throw isTransient(error) ? unavailable() : error;
      await delay(Math.min(attempt - 1, MAX_PAUSE_MS));
    }
  }
}
