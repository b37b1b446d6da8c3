import type { Socket } from 'node:net';

const CHECK_INTERVAL_MS = 250;

/**
 * Ends a connection whose oldest statement has had no answer for `timeoutMs`, because a lost peer sends no error. One
 * timer serves a connection. The `query_timeout` of pg sets a timer for each statement, which keeps its answer in
 * memory until the old generation is collected (docs/decisions/0011).
 */
export class StatementTimeout {
  /** When each unanswered statement was sent, the oldest first. PostgreSQL answers in that order. */
  private readonly sentAt: number[] = [];

  constructor(socket: Socket, timeoutMs: number) {
    const timer = setInterval(() => {
      const [oldest] = this.sentAt;
      if (oldest !== undefined && performance.now() - oldest > timeoutMs) socket.destroy();
    }, CHECK_INTERVAL_MS).unref();
    socket.once('close', () => clearInterval(timer));
  }

  /** Watches a statement until it is answered. */
  async watch<T>(answer: Promise<T>): Promise<T> {
    this.sentAt.push(performance.now());
    try {
      return await answer;
    } finally {
      this.sentAt.shift();
    }
  }
}
