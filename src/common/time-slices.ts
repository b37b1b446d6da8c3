/** How long the work of one iteration of the event loop may take. */
const SLICE_MS = 5;

interface Job {
  /** Does the next step. Returns whether it was the last one. */
  step(): boolean;
  reject(error: unknown): void;
}

/**
 * Runs long work in slices: after each slice the event loop serves everybody else. All work of one instance shares
 * the slice, and jobs take turns step by step, so that a short job never waits for a long one.
 */
export class TimeSlices {
  private readonly jobs: Job[] = [];
  /** End of the slice of this iteration of the event loop; null until it begins. */
  private sliceEndsAt: number | null = null;
  private slices = 0;

  constructor(
    private readonly sliceMs = SLICE_MS,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Slices begun so far. */
  get count(): number {
    return this.slices;
  }

  /** Runs the work to its end. Each step of the iterator is short; its return value is the result. */
  run<T>(work: Iterator<unknown, T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const step = (): boolean => {
        const { value, done } = work.next();
        if (done) resolve(value);
        return done === true;
      };
      this.jobs.push({ step, reject });
      this.runSlice();
    });
  }

  /** Does steps until the slice of this iteration ends. Work that is left continues in the next iteration. */
  private runSlice(): void {
    const endsAt = this.sliceEndsAt ?? this.beginSlice();
    while (this.jobs.length > 0 && this.now() < endsAt) {
      const job = this.jobs.shift();
      if (job && !hasEnded(job)) this.jobs.push(job);
    }
  }

  private beginSlice(): number {
    this.slices += 1;
    this.sliceEndsAt = this.now() + this.sliceMs;
    setImmediate(() => {
      this.sliceEndsAt = null;
      if (this.jobs.length > 0) this.runSlice();
    });
    return this.sliceEndsAt;
  }
}

function hasEnded({ step, reject }: Job): boolean {
  try {
    return step();
  } catch (error) {
    reject(error);
    return true;
  }
}
