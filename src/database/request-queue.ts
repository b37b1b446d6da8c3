import { unavailable } from './unavailable.js';

/** How long a queue may stall before waiting requests are rejected. */
const MAX_STALL_MS = 1_000;
/** Maximum wait of a request, even if the queue moves. */
const MAX_WAIT_MS = 5_000;

/**
 * The queue of a connection pool, in order of arrival. Requests wait while it moves, as in a busy hour. If long
 * statements hold all connections it stalls, and requests are rejected within a second.
 */
export class RequestQueue {
  private readonly waiting = new Set<() => void>();
  private running = 0;
  /** When a request last started, in milliseconds on the process's monotonic clock. */
  private lastStartedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly capacity: number) {}

  /** Requests running or waiting. */
  get busy(): number {
    return this.running + this.waiting.size;
  }

  /** Runs the work when a connection is free. Rejects with SERVICE_UNAVAILABLE if none is free in time. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.running < this.capacity) this.running += 1;
    else await this.waitForSlot();
    this.lastStartedAt = performance.now();
    try {
      return await work();
    } finally {
      this.release();
    }
  }

  private waitForSlot(): Promise<void> {
    const joinedAt = performance.now();
    return new Promise((resolve, reject) => {
      let timer: NodeJS.Timeout;
      const start = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const checkDeadline = (): void => {
        const deadline = Math.min(
          Math.max(joinedAt, this.lastStartedAt) + MAX_STALL_MS,
          joinedAt + MAX_WAIT_MS,
        );
        const remainingMs = deadline - performance.now();
        if (remainingMs > 0) {
          timer = setTimeout(checkDeadline, remainingMs);
        } else {
          this.waiting.delete(start);
          reject(unavailable());
        }
      };
      this.waiting.add(start);
      checkDeadline();
    });
  }

  private release(): void {
    const [next] = this.waiting;
    if (next === undefined) {
      this.running -= 1;
      return;
    }
    this.waiting.delete(next);
    next();
  }
}
