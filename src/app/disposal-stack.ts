/** What must be stopped when the server stops; a small AsyncDisposableStack, which Node 20 does not have. */
export interface DisposalStack {
  /** Adds a function that `dispose` calls before all that were added earlier. */
  defer(dispose: () => Promise<void> | void): void;
  /** Stops everything, last added first, one after the other. Does nothing the second time. */
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
