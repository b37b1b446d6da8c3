import { NATIONS, type Nation } from '../domain/scopes.js';
import { Pipeline, type ReadStatement } from './pipeline.js';
import { type Installation, loginAs, ROLE_OF } from './roles.js';
import { isTransient, unavailable } from './unavailable.js';

const STATEMENT_TIMEOUT_MS = 2_000;
/** How much later than PostgreSQL we end a statement: for connections that no longer answer. */
const CLIENT_GRACE_MS = 500;
const CONNECT_TIMEOUT_MS = 1_000;

/**
 * One connection for each nation that no request uses. The server reads on it what it has to know in time, however
 * many requests keep the other connections busy.
 */
export interface ReservedReaders {
  /** Runs a statement as the nation's role and answers the row's texts in UTF-8. */
  read(nation: Nation, statement: ReadStatement): Promise<readonly Buffer[]>;
  close(): Promise<void>;
}

export function openReservedReaders(installation: Installation): ReservedReaders {
  const pipelines = new Map<Nation, Pipeline>(
    NATIONS.map((nation) => [nation, openPipeline(installation, nation)]),
  );
  return {
    async read(nation, statement) {
      const pipeline = pipelines.get(nation);
      if (!pipeline) throw new Error(`No connection for ${nation}`);
      try {
        return await pipeline.read(statement);
      } catch (error) {
        throw isTransient(error) ? unavailable() : error;
      }
    },
    async close() {
      await Promise.all([...pipelines.values()].map((pipeline) => pipeline.close()));
    },
  };
}

function openPipeline(installation: Installation, nation: Nation): Pipeline {
  return new Pipeline({
    ...loginAs(installation, ROLE_OF[nation]),
    application_name: 'merzili revocations',
    settings: {
      timezone: 'UTC',
      default_transaction_read_only: 'on',
      jit: 'off',
      statement_timeout: String(STATEMENT_TIMEOUT_MS),
    },
    query_timeout: STATEMENT_TIMEOUT_MS + CLIENT_GRACE_MS,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
}
