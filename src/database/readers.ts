import { setTimeout as delay } from 'node:timers/promises';
import { AUDIENCES, type Audience } from '../domain/scopes.js';
import { HeavyPool } from './heavy-pool.js';
import { Pipeline, type ReadStatement } from './pipeline.js';
import type { PoolUse } from './pool-use.js';
import { QuickPool } from './quick-pool.js';
import type { RoleClientConfig } from './role-client.js';
import { DEMAND_ROLE, type Installation, loginAs, ROLE_OF, type RoleLogin } from './roles.js';
import type { StatementTime } from './statement-time.js';
import { isConnectionLoss, isTransient, unavailable } from './unavailable.js';

const QUICK_TIMEOUT_MS = 3_000;
const HEAVY_TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 1_000;
/** How much later than PostgreSQL the client ends a statement, in case the connection no longer answers. */
const CLIENT_GRACE_MS = 1_000;
/** How long a read is repeated after lost connections: a quick one from the first loss, a heavy one from its start. */
const RETRY_MS = 2_000;
/** Maximum pause between attempts. Each is a millisecond longer than the one before. */
const MAX_PAUSE_MS = 20;

export interface Readers {
  /**
   * Runs a statement under the role of the audience and returns the texts of the row in UTF-8. Quick statements never
   * wait for heavy ones. Adds the run time of heavy ones to `time`.
   */
  read(
    audience: Audience,
    statement: ReadStatement,
    isHeavy: boolean,
    time?: StatementTime,
  ): Promise<readonly Buffer[]>;
  /** Load of each pool of each audience. */
  use(): readonly PoolUse[];
  /** Ends running statements and rejects new ones, so that the server stops without delay. */
  abort(): void;
  /** Whether the database answers, on a connection that no client request uses. */
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

interface AudiencePools {
  readonly quick: QuickPool;
  readonly heavy: HeavyPool;
}

/** Opens connections for reading. Each audience has a login role and pools of its own. */
export function openReaders(installation: Installation): Readers {
  const pools = new Map<Audience, AudiencePools>(
    AUDIENCES.map((audience) => [audience, openPools(loginAs(installation, ROLE_OF[audience]))]),
  );
  const readiness = new Pipeline({
    ...readOptions(loginAs(installation, DEMAND_ROLE), QUICK_TIMEOUT_MS),
    application_name: 'merzili readiness',
  });
  let isAborted = false;

  /**
   * Not async, because that would delay every read by a microtask. Throws synchronously where a promise would reject.
   */
  function readOnce(
    audience: Audience,
    statement: ReadStatement,
    isHeavy: boolean,
    time?: StatementTime,
  ): Promise<readonly Buffer[]> {
    if (isAborted) throw unavailable();
    const pool = pools.get(audience);
    if (!pool) throw new Error(`No connections for ${audience}`);
    return isHeavy ? pool.heavy.read(statement, time) : pool.quick.read(statement, time);
  }

  return {
    read(audience, statement, isHeavy, time) {
      return retryLostConnection(isHeavy, () => readOnce(audience, statement, isHeavy, time));
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
    quick: new QuickPool(readOptions(login, QUICK_TIMEOUT_MS, { plan_cache_mode: 'force_generic_plan' })),
    heavy: new HeavyPool(readOptions(login, HEAVY_TIMEOUT_MS)),
  };
}

function readOptions(
  login: RoleLogin,
  timeoutMs: number,
  settings: RoleClientConfig['settings'] = {},
): RoleClientConfig {
  return {
    ...login,
    application_name: 'merzili read',
    settings: {
      timezone: 'UTC',
      default_transaction_read_only: 'on',
      jit: 'off',
      statement_timeout: String(timeoutMs),
      client_connection_check_interval: '1000',
      ...settings,
    },
    query_timeout: timeoutMs + CLIENT_GRACE_MS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}

/** Repeats a read after a lost connection. Rejects with SERVICE_UNAVAILABLE if the database stays unavailable. */
async function retryLostConnection<T>(isHeavy: boolean, read: () => Promise<T>): Promise<T> {
  let deadline = performance.now() + RETRY_MS;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await read();
    } catch (error) {
      // A quick statement may have waited behind another one that held the connection for too long.
      if (attempt === 1 && !isHeavy) deadline = performance.now() + RETRY_MS;
      if (!isConnectionLoss(error) || performance.now() > deadline)
        throw isTransient(error) ? unavailable() : error;
      await delay(Math.min(attempt - 1, MAX_PAUSE_MS));
    }
  }
}
