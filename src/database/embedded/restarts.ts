import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '../../common/thrown.js';
import { type Postmaster, type PostmasterOptions, startPostmaster } from './postmaster.js';

/** A server that ends more often within the window, or does not start as often, is given up. */
const MAX_RESTARTS = 3;
const WINDOW_MS = 5 * 60_000;
const PAUSE_MS = 1_000;

/** A server that may be replaced by another process on the same port. */
interface RestartingPostmaster {
  readonly port: number;
  /** Stops the server, or the restart that is under way. */
  stop(): Promise<void>;
}

/**
 * Starts the server, and starts it again on the same port when it ends by itself: at most 3 times within 5 minutes,
 * failed starts included. Then it calls `onLost` once.
 */
export async function startRestartingPostmaster(
  options: PostmasterOptions,
  onLost: (error: Error) => void,
): Promise<RestartingPostmaster> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const { log, serverLog } = options;
  let current: Postmaster | null = await startPostmaster(options);
  const { port } = current;
  const restarts: number[] = [];
  const supervision = supervise(current).catch((error: unknown) => {
    if (!signal.aborted) onLost(error instanceof Error ? error : new Error(errorMessage(error)));
  });

  async function supervise(first: Postmaster): Promise<void> {
    let running = first;
    while (!signal.aborted) {
      const end = await Promise.race([running.endedByItself, aborted(signal)]);
      if (signal.aborted) return;
      current = null;
      running = await restart(`The database ended by itself (${end})`);
      current = running;
    }
  }

  async function restart(reason: string): Promise<Postmaster> {
    const now = performance.now();
    while (restarts[0] !== undefined && now - restarts[0] > WINDOW_MS) restarts.shift();
    if (restarts.length >= MAX_RESTARTS) {
      throw new Error(`${reason} and was started again ${MAX_RESTARTS} times, see ${serverLog.path}`);
    }
    restarts.push(now);
    log(`${reason}: starting it again (${restarts.length} of ${MAX_RESTARTS}), see ${serverLog.path}`);
    try {
      return await startPostmaster({ ...options, port, signal });
    } catch (error) {
      signal.throwIfAborted();
      await sleep(PAUSE_MS, undefined, { signal });
      return restart(errorMessage(error));
    }
  }

  return {
    port,
    async stop() {
      stopping.abort();
      await supervision;
      await current?.stop();
    },
  };
}

function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
}
