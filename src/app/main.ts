import 'reflect-metadata';
import type { Config } from '../common/config.js';
import { openLog } from '../observability/log.js';
import { openAccess } from './access.js';
import { createApi } from './api.js';
import { openDatabase, openPools, prepareDatabase } from './database.js';
import { createDisposalStack } from './disposal-stack.js';
import { listen } from './listen.js';
import { openObservability } from './observability.js';
import { openTransports } from './transports.js';

/** A server that takes requests. */
export interface RunningServer {
  /** URL of the server, such as http://127.0.0.1:4000. */
  readonly url: string;
  readonly isDemo: boolean;
  /**
   * Stops the server: it accepts no new requests, answers running ones, then closes the database. Further calls have
   * no effect.
   */
  stop(): Promise<void>;
}

/** Starts a server. `notify` receives messages for the operator, one line each. */
export async function startServer(config: Config, notify: (line: string) => void): Promise<RunningServer> {
  const log = openLog(config.logLevel);
  const stack = createDisposalStack();
  stack.defer(() => log.end());
  try {
    const database = await openDatabase(config, stack, notify);
    const installation = await prepareDatabase(database);
    const pools = openPools(installation, config.cost, stack);
    const observability = await openObservability(config, log.logger, pools, stack, notify);
    const access = await openAccess(config, log.logger, pools.reservedReaders.read, stack);
    const api = await createApi(config, pools, observability, stack);
    const transports = openTransports(config, api, access, pools, observability, stack);
    const url = await listen(config, transports, pools, stack);
    return { url, isDemo: access.demo !== null, stop: stack.dispose };
  } catch (error) {
    await stack.dispose();
    throw error;
  }
}
