import type { ServerResponse } from 'node:http';

/** Bytes of answers that the clients of one subject, and those of all, may leave unread. */
const MAX_FOR_SUBJECT = 20_000_000;
const MAX_IN_ALL = 150_000_000;
/** Answers up to this size are not counted: the operating system's buffers take them. */
const SMALL_BYTES = 64 * 1024;
/** How long a client may take to read the next piece. */
const STALLED_MS = 20_000;

/** Counts the bytes of answers that have not been sent, because their clients do not read them. */
export interface UnreadAnswers {
  /**
   * Counts an answer until the returned function is called. Returns null, and counts nothing, where its subject or
   * all together leave too much unread. A small answer always passes.
   */
  add(subject: string, bytes: number): (() => void) | null;
  /** Whether the subject leaves so much unread that it gets no more answers. */
  isFull(subject: string): boolean;
  readonly total: number;
}

export function createUnreadAnswers(maxForSubject = MAX_FOR_SUBJECT, maxInAll = MAX_IN_ALL): UnreadAnswers {
  const bySubject = new Map<string, number>();
  let total = 0;

  function change(subject: string, bytes: number): void {
    total += bytes;
    const left = (bySubject.get(subject) ?? 0) + bytes;
    if (left > 0) bySubject.set(subject, left);
    else bySubject.delete(subject);
  }

  return {
    add(subject, bytes) {
      if (bytes <= SMALL_BYTES) return () => {};
      if ((bySubject.get(subject) ?? 0) + bytes > maxForSubject || total + bytes > maxInAll) return null;
      change(subject, bytes);
      let isCounted = true;
      return () => {
        if (isCounted) change(subject, -bytes);
        isCounted = false;
      };
    },
    isFull: (subject) => (bySubject.get(subject) ?? 0) >= maxForSubject || total >= maxInAll,
    get total() {
      return total;
    },
  };
}

/**
 * Sends a body piece by piece as the client reads, and destroys the connection of a client that reads nothing for 20
 * seconds. Each character of `bytes` is a byte. Calls `onEnd` once nothing waits any more.
 */
export function sendInPieces(response: ServerResponse, bytes: string, onEnd: () => void): void {
  let offset = 0;
  let stalled = setTimeout(destroy, STALLED_MS);

  function destroy(): void {
    response.destroy();
  }

  function sendNext(): void {
    clearTimeout(stalled);
    stalled = setTimeout(destroy, STALLED_MS);
    while (offset < bytes.length) {
      const piece = bytes.slice(offset, offset + SMALL_BYTES);
      offset += piece.length;
      if (!response.write(piece, 'latin1')) return;
    }
    response.end();
  }

  response.on('drain', sendNext);
  response.once('close', () => {
    clearTimeout(stalled);
    onEnd();
  });
  sendNext();
}

/** Whether an answer is sent in one piece. */
export function isSmall(bytes: number): boolean {
  return bytes <= SMALL_BYTES;
}
