import 'reflect-metadata';
import type { Logger } from 'pino';
import type { Config } from '../common/config.js';
import { openLog } from '../observability/log.js';
import { openAccess } from './access.js';
import { createApi } from './api.js';
import { openDatabase, openPools, prepareDatabase } from './database.js';
import { whileDatabaseAnswers } from './database-watch.js';
import { createDisposalStack, type DisposalStack } from './disposal-stack.js';
import { listen } from './listen.js';
import { openLoginWatch } from './login-watch.js';
import type { ConfiguredDatabase } from './migrate.js';
import { openObservability } from './observability.js';
import { openTransports } from './transports.js';

/** A server that takes requests. */
export interface RunningServer {
  /** URL of the server, such as http://127.0.0.1:4000. */
  readonly url: string;
  readonly isDemo: boolean;
  /** Rejects when the embedded database has ended and cannot be started again. Never resolves. */
  readonly databaseLost: Promise<never>;
  /**
   * Stops the server: it accepts no new requests, answers running ones, then closes the database. Further calls have
   * no effect.
   */
  stop(): Promise<void>;
}

/** The server was to stop before it had started. */
export class InterruptedError extends Error {}

/**
 * Starts a server. `notify` receives messages for the operator, one line each. Rejects with an InterruptedError if
 * `interruption` resolves first.
 */
export async function startServer(
  config: Config,
  notify: (line: string) => void,
  interruption: Promise<void> = new Promise(() => {}),
): Promise<RunningServer> {
  const log = openLog(config.logLevel);
  const stack = createDisposalStack();
  const stop = () => stack.dispose().finally(() => log.end());
  let onLost = (_error: Error): void => {};
  const databaseLost = new Promise<never>((_resolve, reject) => {
    onLost = reject;
  });
  // Whoever starts the server may not wait for it.
  databaseLost.catch(() => {});
  try {
    const database = await openDatabase(config, stack, notify, onLost);
    const starting = () => startParts(config, database, log.logger, stack, notify);
    const interrupted = interruption.then(() => {
      throw new InterruptedError('The server was stopped before it had started');
    });
    const parts = await Promise.race([
      config.database ? whileDatabaseAnswers(database.ownerUrl, notify, starting) : starting(),
      interrupted,
      databaseLost,
    ]);
    return { ...parts, databaseLost, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(
  config: Config,
  database: ConfiguredDatabase,
  logger: Logger,
  stack: DisposalStack,
  notify: (line: string) => void,
): Promise<Pick<RunningServer, 'url' | 'isDemo'>> {
  const installation = await prepareDatabase(database);
  const logins = openLoginWatch(installation, logger);
  const pools = openPools({ ...installation, observer: logins.observer }, config.cost, stack);
  const observability = await openObservability(config, logger, pools, stack, notify);
  const access = await openAccess(config, logger, pools.reservedReaders.read, stack);
  const api = await createApi(config, pools, observability, stack);
  const transports = openTransports(config, api, access, pools, logins, observability, stack);
  const url = await listen(config, transports, pools, stack);
  return { url, isDemo: access.demo !== null };
}
