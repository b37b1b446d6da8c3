import { unavailable } from './unavailable.js';

/** How long a line may stand still before those who wait in it are refused. */
const MAX_STALL_MS = 1_000;
/** How long anybody waits at the most, however well the line moves. */
const MAX_WAIT_MS = 5_000;

/**
 * A line for a few places. It is let in by order of arrival, and waited in as long as it moves: a busy
 * hour makes clients wait, and only places that all hold something long make them be refused, in a second.
 */
export class RequestQueue {
  private readonly waiting = new Set<() => void>();
  private running = 0;
  /** When a place was last given, in milliseconds on the process's steady clock. */
  private lastStartedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly capacity: number) {}

  /** How many are inside or wait. */
  get busy(): number {
    return this.running + this.waiting.size;
  }

  /** Does the work in a place of its own. Rejects with SERVICE_UNAVAILABLE when none was to be had in time. */
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
      const enter = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const look = (): void => {
        const patience = Math.min(
          Math.max(joinedAt, this.lastStartedAt) + MAX_STALL_MS,
          joinedAt + MAX_WAIT_MS,
        );
        const left = patience - performance.now();
        if (left > 0) {
          timer = setTimeout(look, left);
        } else {
          this.waiting.delete(enter);
          reject(unavailable());
        }
      };
      this.waiting.add(enter);
      look();
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
