import type { Socket } from 'node:net';

const LOOK_EVERY_MS = 250;

/**
 * Ends a connection on which a statement has had no answer for longer than there is patience: it fell
 * silent, and would never say so itself. One timer for a connection: pg's own, one for every statement,
 * keeps each answer from being collected young.
 */
export class StatementTimeout {
  /** When each statement under way was sent, the oldest first: answers come in that order. */
  private readonly sentAt: number[] = [];

  constructor(socket: Socket, patienceMs: number) {
    const timer = setInterval(() => {
      const [oldest] = this.sentAt;
      if (oldest !== undefined && performance.now() - oldest > patienceMs) socket.destroy();
    }, LOOK_EVERY_MS).unref();
    socket.once('close', () => clearInterval(timer));
  }

  /** Waits for the answer to a statement that was just sent. */
  async over<T>(answer: Promise<T>): Promise<T> {
    this.sentAt.push(performance.now());
    try {
      return await answer;
    } finally {
      this.sentAt.shift();
    }
  }
}
