import type { Verifier } from '../auth/verifier.js';
import { identityOf, type Viewer } from '../auth/viewer.js';

/** Connections that a subject may hold open to one process. */
const MAX_SESSIONS = 1_024;
/** How often every token is looked at again. */
const LOOK_MS = 500;

/** Why a session ended: its token expired, or no longer verifies. */
export type SessionEnd = 'expired' | 'revoked';

/** A connection that outlives its request, and its token, which it does not outlive. */
export interface Session {
  readonly viewer: Viewer;
  /** Whether the token holds at this moment; asked before anything is sent. */
  isLive(): boolean;
  close(): void;
}

export interface Sessions {
  /**
   * A session of the token in an Authorization header; `onEnd` is told when it no longer holds.
   * `refused` for a token that does not verify, `too many` when the subject holds enough of them.
   */
  open(
    authorization: string | undefined,
    onEnd: (reason: SessionEnd) => void,
  ): Promise<Session | 'refused' | 'too many'>;
  readonly size: number;
  close(): void;
}

interface Held extends Session {
  /** Ends it when its token no longer holds. */
  look(): void;
}

export function openSessions(verifier: Verifier): Sessions {
  const held = new Set<Held>();
  const counts = new Map<string, number>();
  const looking = setInterval(() => {
    for (const session of [...held]) session.look();
  }, LOOK_MS);
  looking.unref();

  function create(
    viewer: Viewer,
    authorization: string | undefined,
    onEnd: (reason: SessionEnd) => void,
  ): Held {
    const subject = identityOf(viewer);
    const expiresAt = viewer.expiresAt.getTime();
    const expiry = setTimeout(() => session.look(), expiresAt - Date.now() + 1);
    let isOpen = true;

    function end(reason: SessionEnd): void {
      if (!isOpen) return;
      session.close();
      onEnd(reason);
    }

    const session: Held = {
      viewer,
      isLive() {
        if (!isOpen) return false;
        if (Date.now() >= expiresAt) {
          end('expired');
          return false;
        }
        const verified = verifier.verify(authorization);
        if (verified === null) end('revoked');
        // A key that has to be fetched first decides in a moment.
        else if (verified instanceof Promise) void verified.then((now) => now === null && end('revoked'));
        return isOpen;
      },
      look: () => void session.isLive(),
      close() {
        if (!isOpen) return;
        isOpen = false;
        clearTimeout(expiry);
        held.delete(session);
        const left = (counts.get(subject) ?? 1) - 1;
        if (left > 0) counts.set(subject, left);
        else counts.delete(subject);
      },
    };
    held.add(session);
    counts.set(subject, (counts.get(subject) ?? 0) + 1);
    return session;
  }

  return {
    async open(authorization, onEnd) {
      const viewer = await verifier.verify(authorization);
      if (viewer === null || viewer.expiresAt.getTime() <= Date.now()) return 'refused';
      if ((counts.get(identityOf(viewer)) ?? 0) >= MAX_SESSIONS) return 'too many';
      return create(viewer, authorization, onEnd);
    },
    get size() {
      return held.size;
    },
    close() {
      clearInterval(looking);
      for (const session of [...held]) session.close();
    },
  };
}
