import * as z from 'zod/mini';
import type { Nation } from '../../domain/scopes.js';
import { tokenResponseSchema } from '../setup.js';

/** Access to the API under one identity. Only this closure holds the token. */
export interface Session {
  /** Unique for each session of a page. */
  readonly id: number;
  /** Nation of the user, if known. */
  readonly nation: Nation | null;
  /** Expiry of a pasted token, if it has one. Demo tokens are renewed automatically. */
  readonly expiresAt: Date | null;
  /** A token that is valid for another minute, as far as its expiry is known. */
  token(): Promise<string>;
  /** Reports that the server rejected `token`. Returns true if another attempt with a new token may succeed. */
  refused(): boolean;
}

/** Remaining lifetime below which a token is replaced, in milliseconds. */
const RENEW_BEFORE = 60_000;

let sessions = 0;

/** A session of a demo identity. It fetches tokens when needed. */
export function startDemoSession(identity: number, nation: Nation | null): Session {
  let current: { token: string; expiresAt: number } | null = null;
  let pending: Promise<string> | null = null;

  async function mint(): Promise<string> {
    const response = await fetch('/graphiql/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ identity }),
      cache: 'no-store',
    });
    if (!response.ok) throw new Error(`The server gave no demo token (HTTP ${response.status}).`);
    const { token, expiresAt } = tokenResponseSchema.parse(await response.json());
    current = { token, expiresAt: Date.parse(expiresAt) };
    return token;
  }

  return {
    id: ++sessions,
    nation,
    expiresAt: null,
    async token() {
      if (current !== null && current.expiresAt - Date.now() > RENEW_BEFORE) return current.token;
      pending ??= mint().finally(() => {
        pending = null;
      });
      return pending;
    },
    refused() {
      current = null;
      return true;
    },
  };
}

const claimsSchema = z.object({ exp: z.optional(z.number()) });

/** Reads, but does not verify, the expiry of a token; null if it has none. */
function expiryOf(token: string): Date | null {
  try {
    const payload = token.split('.')[1] ?? '';
    const { exp } = claimsSchema.parse(JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))));
    return exp === undefined ? null : new Date(exp * 1000);
  } catch {
    return null;
  }
}

/** A session with a pasted token, with or without 'Bearer'; null if the text cannot be a token. */
export function startPastedSession(pasted: string): Session | null {
  const token = pasted.trim().replace(/^bearer\s+/i, '');
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return null;
  return {
    id: ++sessions,
    nation: null,
    expiresAt: expiryOf(token),
    token: async () => token,
    refused: () => false,
  };
}
