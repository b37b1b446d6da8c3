/** Functions that stop the parts of the server. A small AsyncDisposableStack, which Node 20 does not have. */
export interface DisposalStack {
  /** Adds a function. `dispose` calls it before those added earlier. */
  defer(dispose: () => Promise<void> | void): void;
  /** Calls all functions one after the other, the last one first. Further calls have no effect. */
  dispose(): Promise<void>;
}

export function createDisposalStack(): DisposalStack {
  const deferred: (() => Promise<void> | void)[] = [];
  return {
    defer: (dispose) => void deferred.push(dispose),
    async dispose() {
      const failures: unknown[] = [];
      for (const dispose of deferred.splice(0).reverse()) {
        try {
          await dispose();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
