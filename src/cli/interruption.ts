import { isConnectionLoss } from '../database/unavailable.js';
import type { Terminal } from './terminal.js';

/** Work in one transaction that Ctrl-C and SIGTERM interrupt. */
interface Interruptible {
  /** Aborts at the signal. Its reason is the error that the command ends with. */
  readonly signal: AbortSignal;
  /** From now on the work looks at the signal itself, because it may have committed. */
  begin(): void;
}

/**
 * Calls `work`. A signal before it begins rejects at once, because a database that never answers would hold it up.
 * A lost connection rejects with a sentence: whether the transaction committed is unknown then.
 */
export async function interruptible<T>(
  terminal: Terminal,
  work: (interruptible: Interruptible) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  let hasBegun = false;
  const interruption = new Promise<never>((_, reject) => {
    void terminal.stopRequested().then(() => {
      const error = new Error('Interrupted: nothing was imported');
      controller.abort(error);
      if (!hasBegun) reject(error);
    });
  });
  const begin = (): void => {
    controller.signal.throwIfAborted();
    hasBegun = true;
  };
  try {
    return await Promise.race([work({ signal: controller.signal, begin }), interruption]);
  } catch (error) {
    if (!hasBegun || !isConnectionLoss(error)) throw error;
    throw new Error(
      'The connection to the database was lost: import the file again, which adds what is missing and nothing twice',
      { cause: error },
    );
  }
}
