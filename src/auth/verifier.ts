import type { KeyObject } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import { isGranted, ROLES, type Role } from '../domain/scopes.js';
import {
  bearerToken,
  MAX_TOKEN_SECONDS,
  type MalformedToken,
  readToken,
  TOKEN_AUDIENCE,
  type TokenClaims,
} from './claims.js';
import type { Issuer } from './issuers.js';
import type { KeyStore } from './jwks.js';
import type { Viewer } from './viewer.js';

/** Maximum difference between the clocks of the server and an issuer, in seconds. */
const CLOCK_SKEW_SECONDS = 60;

/** Why a request has no viewer. For counters and tests; never sent to clients. */
export type Rejection =
  | MalformedToken
  | 'absent'
  | 'scheme'
  | 'issuer'
  | 'role'
  | 'nation'
  | 'time'
  | 'key'
  | 'signature'
  | 'revoked';

export interface VerifierOptions {
  keys: Pick<KeyStore, 'find' | 'refresh' | 'onChange'>;
  issuers: readonly Issuer[];
  /** Milliseconds since 1970. */
  clock?: () => number;
  /** Called for every request, whether the token is cached or not. */
  isRevoked?: (issuer: string, tokenId: string) => boolean;
  /** Receives the reason for which a token was rejected, and nothing of the token. */
  onReject?: (reason: Rejection) => void;
  /** Maximum number of cached tokens. */
  cacheSize?: number;
}

export interface Verifier {
  /**
   * The viewer of the bearer token in an Authorization header, or null if there is no valid token. Returns a promise
   * only if a key has to be fetched first.
   */
  verify(authorizationHeader: string | undefined): Viewer | null | Promise<Viewer | null>;
}

interface Accepted {
  readonly viewer: Viewer;
  readonly claims: TokenClaims;
}

function isTimely({ iat, nbf, exp }: TokenClaims, now: number): boolean {
  return (
    exp > iat &&
    exp > nbf &&
    exp - iat <= MAX_TOKEN_SECONDS &&
    iat <= now + CLOCK_SKEW_SECONDS &&
    nbf <= now + CLOCK_SKEW_SECONDS &&
    exp > now - CLOCK_SKEW_SECONDS
  );
}

/** Whether `key` signed the token according to jsonwebtoken, which must have read the same claims. */
function isSigned(token: string, key: KeyObject, { iss, sub, jti, exp, role }: TokenClaims, now: number) {
  try {
    const { header, payload } = jsonwebtoken.verify(token, key, {
      algorithms: ['ES256'],
      issuer: iss,
      audience: TOKEN_AUDIENCE,
      subject: sub,
      jwtid: jti,
      clockTimestamp: now,
      clockTolerance: CLOCK_SKEW_SECONDS,
      complete: true,
    });
    return (
      header.alg === 'ES256' && typeof payload === 'object' && payload.exp === exp && payload.role === role
    );
  } catch {
    return false;
  }
}

/** A set that cannot be changed, because all requests with the same token share the viewer. */
function frozenSet<T>(values: Iterable<T>): ReadonlySet<T> {
  const set = new Set(values);
  const refuse = () => {
    throw new TypeError('the scopes of a viewer cannot be changed');
  };
  return Object.freeze(Object.assign(set, { add: refuse, delete: refuse, clear: refuse }));
}

function viewerOf(claims: TokenClaims, { issuer, nation }: Issuer, role: Role): Viewer {
  return Object.freeze({
    issuer,
    subject: claims.sub,
    tokenId: claims.jti,
    nation,
    role,
    scopes: frozenSet(claims.scope.filter((scope) => isGranted(scope, role, nation))),
    locale: claims.locale ?? null,
    expiresAt: new Date(claims.exp * 1000),
  });
}

/** Makes the token verifier: additional rules around `jsonwebtoken`, and a cache of verified tokens. */
export function createVerifier({
  keys,
  issuers,
  clock = Date.now,
  isRevoked = () => false,
  onReject = () => undefined,
  cacheSize = 10_000,
}: VerifierOptions): Verifier {
  const trusted = new Map(issuers.map((issuer) => [issuer.issuer, issuer]));
  const accepted = new LRUCache<string, Accepted>({ max: cacheSize });
  keys.onChange(() => accepted.clear());

  function reject(reason: Rejection): null {
    onReject(reason);
    return null;
  }

  /** Rules for every use of a token, whether it is cached or not. */
  function admit({ viewer, claims }: Accepted, token: string): Viewer | null {
    if (!isTimely(claims, Math.floor(clock() / 1000))) {
      accepted.delete(token);
      return reject('time');
    }
    return isRevoked(viewer.issuer, viewer.tokenId) ? reject('revoked') : viewer;
  }

  function prove(token: string, key: KeyObject | undefined, candidate: Accepted): Viewer | null {
    if (key === undefined) return reject('key');
    if (!isSigned(token, key, candidate.claims, Math.floor(clock() / 1000))) return reject('signature');
    accepted.set(token, candidate);
    return admit(candidate, token);
  }

  function examine(token: string): Viewer | null | Promise<Viewer | null> {
    const read = readToken(token);
    if (typeof read === 'string') return reject(read);
    const { kid, claims } = read;
    const issuer = trusted.get(claims.iss);
    if (issuer === undefined) return reject('issuer');
    if (claims.nation !== undefined && claims.nation !== issuer.nation) return reject('nation');
    const role = ROLES.find((known) => known === claims.role);
    if (role === undefined || !issuer.roles.includes(role)) return reject('role');
    if (!isTimely(claims, Math.floor(clock() / 1000))) return reject('time');

    return proveByKeyId(token, kid, { viewer: viewerOf(claims, issuer, role), claims });
  }

  /** Refreshes the keys of the issuer if none has this id, because it may be new. */
  function proveByKeyId(
    token: string,
    kid: string,
    candidate: Accepted,
  ): Viewer | null | Promise<Viewer | null> {
    const { issuer } = candidate.viewer;
    const key = keys.find(issuer, kid);
    const refreshing = key === undefined ? keys.refresh(issuer) : null;
    if (refreshing === null) return prove(token, key, candidate);
    return refreshing.then(() => prove(token, keys.find(issuer, kid), candidate));
  }

  return {
    verify(authorizationHeader) {
      if (authorizationHeader === undefined) return reject('absent');
      const token = bearerToken(authorizationHeader);
      if (token === null) return reject('scheme');
      const remembered = accepted.get(token);
      return remembered === undefined ? examine(token) : admit(remembered, token);
    },
  };
}
