import type { Socket } from 'node:net';

const CHECK_INTERVAL_MS = 250;

/**
 * Ends a connection whose oldest statement has had no answer for `timeoutMs`: a peer that vanished sends no error.
 * One timer serves a connection. pg's `query_timeout` sets one for each statement, and a timer keeps the answer
 * reachable until it is collected with the old generation (docs/decisions/0011).
 */
export class StatementTimeout {
  /** When each unanswered statement was sent, oldest first: PostgreSQL answers in that order. */
  private readonly sentAt: number[] = [];

  constructor(socket: Socket, timeoutMs: number) {
    const timer = setInterval(() => {
      const [oldest] = this.sentAt;
      if (oldest !== undefined && performance.now() - oldest > timeoutMs) socket.destroy();
    }, CHECK_INTERVAL_MS).unref();
    socket.once('close', () => clearInterval(timer));
  }

  /** Watches a statement that was just sent until it is answered. */
  async watch<T>(answer: Promise<T>): Promise<T> {
    this.sentAt.push(performance.now());
    try {
      return await answer;
    } finally {
      this.sentAt.shift();
    }
  }
}
