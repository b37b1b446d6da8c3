import type { Socket } from 'node:net';
import { isConnectionLoss } from './unavailable.js';

const CHECK_INTERVAL_MS = 250;

/** A statement had no answer in time, so that its connection was ended. It is not run again. */
export class StatementTimeoutError extends Error {
  constructor(timeoutMs: number, cause: unknown) {
    super(`Statement timeout: no answer within ${timeoutMs} ms`, { cause });
  }
}

/**
 * Ends a connection whose oldest statement has had no answer for `timeoutMs`, because a lost peer sends no error. One
 * timer serves a connection. The `query_timeout` of pg sets a timer for each statement, which keeps its answer in
 * memory until the old generation is collected (docs/decisions/0011).
 */
export class StatementTimeout {
  /** When each unanswered statement was sent, the oldest first. PostgreSQL answers in that order. */
  private readonly sentAt: number[] = [];
  /** When the statement before the oldest unanswered one was answered. */
  private answeredAt = 0;

  constructor(
    socket: Socket,
    private readonly timeoutMs: number,
  ) {
    const timer = setInterval(() => {
      const [oldest] = this.sentAt;
      if (oldest !== undefined && performance.now() - oldest > timeoutMs) socket.destroy();
    }, CHECK_INTERVAL_MS).unref();
    socket.once('close', () => clearInterval(timer));
  }

  /**
   * Watches a statement until it is answered, and reports how long it held the connection. When the connection is
   * ended, the statement that held it for too long rejects with {@link StatementTimeoutError}. Those behind it have not
   * run and reject with the lost connection.
   */
  async watch<T>(answer: Promise<T>, onEnd?: (heldMs: number) => void): Promise<T> {
    this.sentAt.push(performance.now());
    let heldMs = 0;
    try {
      const value = await answer;
      heldMs = this.endOldest();
      return value;
    } catch (error) {
      heldMs = this.endOldest();
      if (heldMs > this.timeoutMs && isConnectionLoss(error)) {
        throw new StatementTimeoutError(this.timeoutMs, error);
      }
      throw error;
    } finally {
      onEnd?.(heldMs);
    }
  }

  private endOldest(): number {
    const now = performance.now();
    const heldMs = now - Math.max(this.sentAt.shift() ?? now, this.answeredAt);
    this.answeredAt = now;
    return heldMs;
  }
}
