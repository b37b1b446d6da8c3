import { setTimeout as delay } from 'node:timers/promises';
import { Client, type ClientConfig, Pool, type PoolClient } from 'pg';
import { AUDIENCES, type Audience } from '../access/scopes.js';
import type { LaneUse } from '../watch/metrics.js';
import { Pipeline, type ReadStatement } from './pipeline.js';
import { roleUrl } from './roles.js';
import { isConnectionLoss, isPassing, unavailable } from './unavailable.js';

/** Pipelined connections of each audience; statements go to them in turn. */
const PIPELINES = 2;
/** Connections of each audience for statements that take long. */
const HEAVY_CONNECTIONS = 2;
const QUICK_TIMEOUT_MS = 3_000;
const HEAVY_TIMEOUT_MS = 15_000;
const CHECKOUT_TIMEOUT_MS = 1_000;
/** How much later than the server the client gives up: for connections that fell silent. */
const SILENCE_MS = 1_000;
/** A read whose connection was lost is sent again on the others, which may be lost by then, and a fresh one. */
const MOST_ATTEMPTS = PIPELINES + 1;
/** How long ending the connections may take. */
const FAREWELL_MS = 2_000;

export interface Readers {
  /** Runs a statement as the audience's role; quick ones never wait behind heavy ones. */
  read(audience: Audience, statement: ReadStatement, isHeavy: boolean): Promise<readonly string[]>;
  /** How busy each lane of each audience is. */
  use(): readonly LaneUse[];
  /** Refuses what is under way and whatever comes: the server stops and cannot wait for it. */
  abort(): void;
  /** Whether the database answers. */
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

interface Lanes {
  readonly quick: readonly Pipeline[];
  readonly heavy: Pool;
  /** Connections of the pool, busy ones included. */
  readonly heavyClients: Set<PoolClient>;
  turn: number;
}

/** Connections for reading: one login role and lanes of its own for every audience, nothing shared. */
export function openReaders(ownerUrl: string, secret: string): Readers {
  const lanes = new Map<Audience, Lanes>(
    AUDIENCES.map((audience) => [audience, openLanes(roleUrl(ownerUrl, secret, audience))]),
  );

  let isAborted = false;

  function once(audience: Audience, statement: ReadStatement, isHeavy: boolean): Promise<readonly string[]> {
    const lane = lanes.get(audience);
    if (!lane) throw new Error(`No connections for ${audience}`);
    if (isAborted) throw unavailable();
    if (isHeavy) return readHeavy(lane.heavy, statement);
    lane.turn = (lane.turn + 1) % lane.quick.length;
    const pipeline = lane.quick[lane.turn];
    if (!pipeline) throw new Error(`No connections for ${audience}`);
    return pipeline.read(statement);
  }

  return {
    async read(audience, statement, isHeavy) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await once(audience, statement, isHeavy);
        } catch (error) {
          if (isConnectionLoss(error) && attempt < MOST_ATTEMPTS) continue;
          throw isPassing(error) ? unavailable() : error;
        }
      }
    },
    use() {
      return [...lanes].flatMap(([audience, { quick, heavy }]) => [
        ...quick.map((pipeline, index) => ({ audience, lane: `quick ${index + 1}`, ...pipeline.use })),
        {
          audience,
          lane: 'heavy',
          busy: heavy.totalCount - heavy.idleCount + heavy.waitingCount,
          open: heavy.totalCount,
        },
      ]);
    },
    abort() {
      isAborted = true;
      for (const { quick, heavyClients } of lanes.values()) {
        for (const pipeline of quick) pipeline.abort();
        for (const client of heavyClients) endClient(client);
      }
    },
    async ping() {
      try {
        await once('PUBLIC', { text: "select 'pong'", values: [] }, false);
        return true;
      } catch {
        return false;
      }
    },
    async close() {
      const closing = [...lanes.values()].flatMap(({ quick, heavy }) => [
        ...quick.map((pipeline) => pipeline.close()),
        Promise.race([heavy.end(), delay(FAREWELL_MS, undefined, { ref: false })]),
      ]);
      await Promise.all(closing);
    },
  };
}

function openLanes(connectionString: string): Lanes {
  const heavy = new Pool({
    ...settings(connectionString, HEAVY_TIMEOUT_MS, ''),
    max: HEAVY_CONNECTIONS,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: CHECKOUT_TIMEOUT_MS,
  });
  const heavyClients = new Set<PoolClient>();
  heavy.on('error', () => {});
  heavy.on('connect', (client) => heavyClients.add(client));
  heavy.on('remove', (client) => heavyClients.delete(client));
  const quick = settings(connectionString, QUICK_TIMEOUT_MS, '-c plan_cache_mode=force_generic_plan');
  return {
    quick: Array.from({ length: PIPELINES }, () => new Pipeline(quick)),
    heavy,
    heavyClients,
    turn: 0,
  };
}

async function readHeavy(pool: Pool, { text, values }: ReadStatement): Promise<readonly string[]> {
  const { rows } = await pool.query<string[]>({ text, values: [...values], rowMode: 'array' });
  return rows[0] ?? [];
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
    query_timeout: timeoutMs + SILENCE_MS,
    connectionTimeoutMillis: CHECKOUT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
}
