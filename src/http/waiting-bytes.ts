/** Bytes of incomplete bodies and messages that one audience may keep waiting in a process. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024;

/**
 * Counts bytes that wait in memory for the rest of their body. Each audience has a share of its own, so that
 * none can use up the memory of another.
 */
export interface WaitingBytes {
  /** Adds to the share; false, and nothing added, when it is used up. */
  take(owner: string, bytes: number): boolean;
  give(owner: string, bytes: number): void;
}

export function createWaitingBytes(maximum = MAX_WAITING_BYTES): WaitingBytes {
  const waiting = new Map<string, number>();
  return {
    take(owner, bytes) {
      const sum = (waiting.get(owner) ?? 0) + bytes;
      if (sum > maximum) return false;
      waiting.set(owner, sum);
      return true;
    },
    give(owner, bytes) {
      waiting.set(owner, (waiting.get(owner) ?? 0) - bytes);
    },
  };
}
