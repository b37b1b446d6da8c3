/** Functions that stop the parts of the server. A small AsyncDisposableStack, which Node 20 does not have. */
export interface DisposalStack {
  /** Adds a function. `dispose` calls it before those added earlier. After `dispose` it is called at once. */
  defer(dispose: () => Promise<void> | void): void;
  /**
   * Calls all functions one after the other, the last one first. Further calls have no effect. After a time limit it
   * calls the rest without waiting: a database that does not answer must not keep the process from ending.
   */
  dispose(): Promise<void>;
}

/** Time limit of `dispose`. A process has to end within 10 s. */
const DISPOSAL_LIMIT_MS = 8_000;

export function createDisposalStack(limitMs = DISPOSAL_LIMIT_MS): DisposalStack {
  const deferred: (() => Promise<void> | void)[] = [];
  let isDisposed = false;

  async function disposeAll(): Promise<void> {
    isDisposed = true;
    const failures: unknown[] = [];
    const limit = timeLimit(limitMs);
    for (const dispose of deferred.splice(0).reverse()) {
      try {
        await Promise.race([dispose(), limit.reached]);
      } catch (error) {
        failures.push(error);
      }
    }
    limit.clear();
    if (failures.length > 0) throw failures[0];
  }

  return {
    defer(dispose) {
      deferred.push(dispose);
      if (isDisposed) void disposeAll().catch(() => {});
    },
    dispose: disposeAll,
  };
}

function timeLimit(ms: number): { readonly reached: Promise<void>; clear(): void } {
  let clear = (): void => {};
  const reached = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    clear = () => clearTimeout(timer);
  });
  return { reached, clear };
}
