import { setTimeout as delay } from 'node:timers/promises';
import { DataSource, type EntityManager, type QueryRunner, QueryRunnerAlreadyReleasedError } from 'typeorm';
import { NATIONS, type Nation } from '../access/scopes.js';
import { ENTITIES } from '../entities.js';
import { codeOf } from '../thrown.js';
import { SnakeNaming } from './naming.js';
import { roleUrl } from './roles.js';
import { isPassing, unavailable } from './unavailable.js';

/** Connections of each nation for writing. */
const CONNECTIONS = 4;
const CHECKOUT_TIMEOUT_MS = 1_000;
const STATEMENT_TIMEOUT_MS = 5_000;
const LOCK_TIMEOUT_MS = 3_000;
const IDLE_TIMEOUT_MS = 5_000;
/** How long a connection nobody uses is kept. */
const IDLE_CONNECTION_MS = 60_000;
/** How much later than the server the client gives up: for connections that fell silent. */
const SILENCE_MS = 2_000;
/** How often a transaction is begun at the most, when others get in its way. */
const MOST_ATTEMPTS = 5;
/** Pause before another try, at random, so that those in each other's way part. */
const LONGEST_PAUSE_MS = 20;
/** serialization_failure and deadlock_detected: the server has undone everything and asks for another try. */
const CONFLICTS = new Set(['40001', '40P01']);
/** lock_not_available and idle_in_transaction_session_timeout. */
const BUSY = new Set(['55P03', '25P03']);

export interface WriteOptions {
  /** The work knows what it has done before, so that it may be repeated when a COMMIT got no answer. */
  readonly isRepeatable?: boolean;
}

export interface Writers {
  /** One transaction as the nation's role: all of the work is committed, or none of it. */
  write<T>(nation: Nation, work: (manager: EntityManager) => Promise<T>, options?: WriteOptions): Promise<T>;
  close(): Promise<void>;
}

/** Connections for writing: one login role and pool for every nation, nothing shared. The public has none. */
export async function openWriters(
  ownerUrl: string,
  secret: string,
  connections = CONNECTIONS,
): Promise<Writers> {
  const sources = new Map<Nation, DataSource>();
  const close = async (): Promise<void> => {
    await Promise.all([...sources.values()].map((source) => source.destroy()));
  };
  try {
    for (const nation of NATIONS) {
      sources.set(nation, await openSource(roleUrl(ownerUrl, secret, nation), connections).initialize());
    }
  } catch (error) {
    await close();
    throw error;
  }

  return {
    async write(nation, work, { isRepeatable = false } = {}) {
      const source = sources.get(nation);
      if (!source) throw new Error(`No connections for ${nation}`);
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await transact(source, work);
        } catch (error) {
          const isConflict = CONFLICTS.has(codeOf(error));
          const isLost = isPassing(error) || error instanceof QueryRunnerAlreadyReleasedError;
          if ((isConflict && attempt < MOST_ATTEMPTS) || (isLost && isRepeatable && attempt === 1)) {
            await delay(Math.random() * LONGEST_PAUSE_MS);
            continue;
          }
          if (isConflict || isLost || BUSY.has(codeOf(error))) throw unavailable();
          throw error;
        }
      }
    },
    close,
  };
}

function openSource(url: string, connections: number): DataSource {
  return new DataSource({
    type: 'postgres',
    url,
    entities: ENTITIES,
    namingStrategy: new SnakeNaming(),
    synchronize: false,
    poolSize: connections,
    connectTimeoutMS: CHECKOUT_TIMEOUT_MS,
    applicationName: 'merzili write',
    poolErrorHandler: () => {},
    extra: {
      options: [
        '-c timezone=UTC',
        '-c jit=off',
        `-c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
        `-c lock_timeout=${LOCK_TIMEOUT_MS}`,
        `-c idle_in_transaction_session_timeout=${IDLE_TIMEOUT_MS}`,
      ].join(' '),
      query_timeout: STATEMENT_TIMEOUT_MS + SILENCE_MS,
      idleTimeoutMillis: IDLE_CONNECTION_MS,
      keepAlive: true,
    },
  });
}

async function transact<T>(source: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  const runner = source.createQueryRunner();
  try {
    await runner.startTransaction('READ COMMITTED');
    const result = await work(runner.manager);
    await runner.commitTransaction();
    return result;
  } catch (error) {
    await undo(runner);
    throw error;
  } finally {
    await runner.release();
  }
}

/** A connection that cannot be rolled back is not given to anybody else. */
async function undo(runner: QueryRunner): Promise<void> {
  if (runner.isReleased || !runner.isTransactionActive) return;
  try {
    await runner.rollbackTransaction();
  } catch {
    const connection: { end(): Promise<void> } = await runner.connect();
    void connection.end().catch(() => {});
  }
}
