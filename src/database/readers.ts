import { type ClientConfig, Pool } from 'pg';
import { AUDIENCES, type Audience } from '../access/scopes.js';
import { Pipeline, type ReadStatement } from './pipeline.js';
import { roleUrl } from './roles.js';
import { isConnectionLoss, isPassing, unavailable } from './unavailable.js';

/** Pipelined connections of each audience; statements go to them in turn. */
const PIPELINES = 2;
/** Connections of each audience for statements that take long. */
const HEAVY_CONNECTIONS = 2;
const QUICK_TIMEOUT_MS = 5_000;
const HEAVY_TIMEOUT_MS = 15_000;
const CHECKOUT_TIMEOUT_MS = 1_000;
/** How much later than the server the client gives up: for connections that fell silent. */
const SILENCE_MS = 2_000;

export interface Readers {
  /** Runs a statement as the audience's role; quick ones never wait behind heavy ones. */
  read(audience: Audience, statement: ReadStatement, isHeavy: boolean): Promise<readonly string[]>;
  /** Whether the database answers. */
  ping(): Promise<boolean>;
  close(): Promise<void>;
}

interface Lanes {
  readonly quick: readonly Pipeline[];
  readonly heavy: Pool;
  turn: number;
}

/** Connections for reading: one login role and lanes of its own for every audience, nothing shared. */
export function openReaders(ownerUrl: string, secret: string): Readers {
  const lanes = new Map<Audience, Lanes>(
    AUDIENCES.map((audience) => [audience, openLanes(roleUrl(ownerUrl, secret, audience))]),
  );

  async function once(
    audience: Audience,
    statement: ReadStatement,
    isHeavy: boolean,
  ): Promise<readonly string[]> {
    const lane = lanes.get(audience);
    if (!lane) throw new Error(`No connections for ${audience}`);
    if (isHeavy) {
      const { text, values } = statement;
      const { rows } = await lane.heavy.query<string[]>({ text, values: [...values], rowMode: 'array' });
      return rows[0] ?? [];
    }
    lane.turn = (lane.turn + 1) % lane.quick.length;
    const pipeline = lane.quick[lane.turn];
    if (!pipeline) throw new Error(`No connections for ${audience}`);
    return pipeline.read(statement);
  }

  return {
    async read(audience, statement, isHeavy) {
      try {
        return await once(audience, statement, isHeavy).catch((error: unknown) => {
          if (isConnectionLoss(error)) return once(audience, statement, isHeavy);
          throw error;
        });
      } catch (error) {
        throw isPassing(error) ? unavailable() : error;
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
        heavy.end(),
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
  heavy.on('error', () => {});
  const quick = settings(connectionString, QUICK_TIMEOUT_MS, '-c plan_cache_mode=force_generic_plan');
  return {
    quick: Array.from({ length: PIPELINES }, () => new Pipeline(quick)),
    heavy,
    turn: 0,
  };
}

function settings(connectionString: string, timeoutMs: number, options: string): ClientConfig {
  return {
    connectionString,
    application_name: 'merzili read',
    options: `-c timezone=UTC -c default_transaction_read_only=on -c jit=off -c statement_timeout=${timeoutMs} ${options}`,
    query_timeout: timeoutMs + SILENCE_MS,
    connectionTimeoutMillis: CHECKOUT_TIMEOUT_MS,
    keepAlive: true,
  };
}
