import { setTimeout as delay } from 'node:timers/promises';
import { Client, type ClientConfig, Pool, type PoolClient } from 'pg';
import { AUDIENCES, type Audience } from '../domain/scopes.js';
import { Pipeline, type ReadStatement } from './pipeline.js';
import type { PoolUse } from './pool-use.js';
import { RequestQueue } from './request-queue.js';
import { roleUrl } from './roles.js';
import { isConnectionLoss, isPassing, unavailable } from './unavailable.js';

/** Pipelined connections of each audience; statements go to them in turn. */
const PIPELINES = 2;
/** Connections of each audience for statements that take long. */
const HEAVY_CONNECTIONS = 2;
const QUICK_TIMEOUT_MS = 3_000;
const HEAVY_TIMEOUT_MS = 15_000;
const CONNECT_TIMEOUT_MS = 1_000;
/** How much later than the server the client gives up: for connections that fell silent. */
const CLIENT_GRACE_MS = 1_000;
/** How long a read that loses its connections is sent again; one that fell silent for longer, once more. */
const RETRY_MS = 2_000;
/** Pause before it is sent again, a millisecond longer each time up to this. */
const MAX_PAUSE_MS = 20;
/** How long ending the connections may take. */
const CLOSE_TIMEOUT_MS = 2_000;

/** What a request has taken of the connections for heavy statements, in milliseconds; waiting is not counted. */
export interface Effort {
  heavyMs: number;
}

export interface Readers {
  /**
   * Runs a statement as the audience's role and answers its texts in UTF-8; quick ones never wait behind heavy ones.
   * Adds to the effort.
   */
  read(
    audience: Audience,
    statement: ReadStatement,
    isHeavy: boolean,
    effort?: Effort,
  ): Promise<readonly Buffer[]>;
  /** How busy each pool of each audience is. */
  use(): readonly PoolUse[];
  /** Refuses what is under way and whatever comes: the server stops and cannot wait for it. */
  abort(): void;
  /** Whether the database answers. */
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

interface AudiencePools {
  readonly quick: readonly Pipeline[];
  readonly heavy: Pool;
  readonly heavyLine: RequestQueue;
  /** Connections of the pool, busy ones included. */
  readonly heavyClients: Set<PoolClient>;
  turn: number;
}

/** Connections for reading: one login role and lanes of its own for every audience, nothing shared. */
export function openReaders(ownerUrl: string, secret: string): Readers {
  const pools = new Map<Audience, AudiencePools>(
    AUDIENCES.map((audience) => [audience, openPools(roleUrl(ownerUrl, secret, audience))]),
  );

  let isAborted = false;

  function readOnce(
    audience: Audience,
    statement: ReadStatement,
    isHeavy: boolean,
    effort?: Effort,
  ): Promise<readonly Buffer[]> {
    const pool = pools.get(audience);
    if (!pool) throw new Error(`No connections for ${audience}`);
    if (isAborted) throw unavailable();
    if (isHeavy) return pool.heavyLine.run(() => readHeavy(pool.heavy, statement, effort));
    pool.turn = (pool.turn + 1) % pool.quick.length;
    const pipeline = pool.quick[pool.turn];
    if (!pipeline) throw new Error(`No connections for ${audience}`);
    return pipeline.read(statement);
  }

  async function readHeavy(
    pool: Pool,
    { text, values }: ReadStatement,
    effort: Effort = { heavyMs: 0 },
  ): Promise<readonly Buffer[]> {
    if (isAborted) throw unavailable();
    const startedAt = performance.now();
    try {
      const { rows } = await pool.query<string[]>({ text, values: [...values], rowMode: 'array' });
      return (rows[0] ?? []).map((text) => Buffer.from(text));
    } finally {
      effort.heavyMs += performance.now() - startedAt;
    }
  }

  return {
    async read(audience, statement, isHeavy, effort) {
      const giveUpAt = performance.now() + RETRY_MS;
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await readOnce(audience, statement, isHeavy, effort);
        } catch (error) {
          const isWorthIt = attempt === 1 || performance.now() < giveUpAt;
          if (!isConnectionLoss(error) || !isWorthIt) throw isPassing(error) ? unavailable() : error;
          await delay(Math.min(attempt - 1, MAX_PAUSE_MS));
        }
      }
    },
    use() {
      return [...pools].flatMap(([audience, { quick, heavy, heavyLine }]) => [
        ...quick.map((pipeline, index) => ({ audience, pool: `quick ${index + 1}`, ...pipeline.use })),
        {
          audience,
          pool: 'heavy',
          busy: heavyLine.busy,
          open: heavy.totalCount,
        },
      ]);
    },
    abort() {
      isAborted = true;
      for (const { quick, heavyClients } of pools.values()) {
        for (const pipeline of quick) pipeline.abort();
        for (const client of heavyClients) endClient(client);
      }
    },
    async ping() {
      try {
        await readOnce('PUBLIC', { text: "select 'pong'", values: [] }, false);
        return true;
      } catch {
        return false;
      }
    },
    async close() {
      const closing = [...pools.values()].flatMap(({ quick, heavy }) => [
        ...quick.map((pipeline) => pipeline.close()),
        Promise.race([heavy.end(), delay(CLOSE_TIMEOUT_MS, undefined, { ref: false })]),
      ]);
      await Promise.all(closing);
    },
  };
}

function openPools(connectionString: string): AudiencePools {
  const heavy = new Pool({
    ...settings(connectionString, HEAVY_TIMEOUT_MS, ''),
    max: HEAVY_CONNECTIONS,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  const heavyClients = new Set<PoolClient>();
  heavy.on('error', () => {});
  heavy.on('connect', (client) => {
    heavyClients.add(client);
    // Lost in use, it says so to whoever waits for its answer; without a listener it would end the process.
    client.on('error', () => {});
  });
  heavy.on('remove', (client) => heavyClients.delete(client));
  const quick = settings(connectionString, QUICK_TIMEOUT_MS, '-c plan_cache_mode=force_generic_plan');
  return {
    quick: Array.from({ length: PIPELINES }, () => new Pipeline(quick)),
    heavy,
    heavyLine: new RequestQueue(HEAVY_CONNECTIONS),
    heavyClients,
    turn: 0,
  };
}

/** Ends a connection even in the middle of a statement; a pool's own end() waits for it. */
function endClient(client: PoolClient): void {
  if (client instanceof Client) void client.end().catch(() => {});
}

function settings(connectionString: string, timeoutMs: number, options: string): ClientConfig {
  return {
    connectionString,
    application_name: 'merzili read',
    options: `-c timezone=UTC -c default_transaction_read_only=on -c jit=off -c statement_timeout=${timeoutMs} -c client_connection_check_interval=1000 ${options}`,
    query_timeout: timeoutMs + CLIENT_GRACE_MS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}
