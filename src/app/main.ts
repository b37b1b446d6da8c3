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
  /** Where it listens, such as http://127.0.0.1:4000. */
  readonly url: string;
  readonly isDemo: boolean;
  /** Stops it in order: no new requests, those under way answered, then the database. Does nothing the second time. */
  stop(): Promise<void>;
}

/** Boots a server. `notify` receives what the operator may want to know, a line at a time. */
export async function startServer(config: Config, notify: (line: string) => void): Promise<RunningServer> {
  const log = openLog(config.logLevel);
  const stack = createDisposalStack();
  stack.defer(() => log.end());
  try {
    const database = await openDatabase(config, stack, notify);
    await prepareDatabase(database);
    const pools = openPools(database, config.cost, stack);
    const observability = await openObservability(config, log.logger, pools, stack, notify);
    const access = await openAccess(config, log.logger, pools.readers.read, stack);
    const api = await createApi(config, pools, observability, stack);
    const transports = openTransports(api, access, pools, observability, stack);
    const url = await listen(config, transports, pools, stack);
    return { url, isDemo: access.demo !== null, stop: stack.dispose };
  } catch (error) {
    await stack.dispose();
    throw error;
  }
}
