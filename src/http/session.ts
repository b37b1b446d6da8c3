import type { Verifier } from '../auth/verifier.js';
import { identityOf, type Viewer } from '../auth/viewer.js';

/** Maximum number of open connections of a subject in one process. */
const MAX_SESSIONS = 1_024;
/** How often every token is verified again, in milliseconds. */
const RECHECK_MS = 500;

/** Why a session ended: its token expired or became invalid. */
type SessionEnd = 'expired' | 'revoked';

/** A connection that stays open after its request and ends with its token. */
export interface Session {
  readonly viewer: Viewer;
  /** Whether the token is valid now. Called before anything is sent. */
  isLive(): boolean;
  close(): void;
}

export interface Sessions {
  /**
   * Opens a session for the token in an Authorization header; calls `onEnd` when it is no longer valid.
   * `refused` for a token that does not verify, `too many` when the subject has as many as it may.
   */
  open(
    authorization: string | undefined,
    onEnd: (reason: SessionEnd) => void,
  ): Promise<Session | 'refused' | 'too many'>;
  readonly size: number;
  close(): void;
}

interface OpenSession extends Session {
  /** Ends it if its token is no longer valid. */
  recheck(): void;
}

export function openSessions(verifier: Verifier): Sessions {
  const sessions = new Set<OpenSession>();
  const counts = new Map<string, number>();
  const rechecking = setInterval(() => {
    for (const session of [...sessions]) session.recheck();
  }, RECHECK_MS);
  rechecking.unref();

  function create(
    viewer: Viewer,
    authorization: string | undefined,
    onEnd: (reason: SessionEnd) => void,
  ): OpenSession {
    const subject = identityOf(viewer);
    const expiresAt = viewer.expiresAt.getTime();
    const expiry = setTimeout(() => session.recheck(), expiresAt - Date.now() + 1);
    let isOpen = true;

    function end(reason: SessionEnd): void {
      if (!isOpen) return;
      session.close();
      onEnd(reason);
    }

    const session: OpenSession = {
      viewer,
      isLive() {
        if (!isOpen) return false;
        if (Date.now() >= expiresAt) {
          end('expired');
          return false;
        }
        const verified = verifier.verify(authorization);
        if (verified === null) end('revoked');
        // The key has to be fetched first.
        else if (verified instanceof Promise)
          void verified.then((viewerNow) => viewerNow === null && end('revoked'));
        return isOpen;
      },
      recheck: () => void session.isLive(),
      close() {
        if (!isOpen) return;
        isOpen = false;
        clearTimeout(expiry);
        sessions.delete(session);
        const left = (counts.get(subject) ?? 1) - 1;
        if (left > 0) counts.set(subject, left);
        else counts.delete(subject);
      },
    };
    sessions.add(session);
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
      return sessions.size;
    },
    close() {
      clearInterval(rechecking);
      for (const session of [...sessions]) session.close();
    },
  };
}
