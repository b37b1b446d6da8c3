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
  wrongParts,
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
  /** Receives why a token was rejected, for the log: never sent to clients. Holds no part of the signature. */
  onReject?: (reason: Rejection, detail: string) => void;
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

/** Characters of a detail that are logged: the token's sender chooses some of them. */
const MAX_DETAIL = 200;

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

/** The times of a token beside the server's, in seconds. */
function timesOf({ iat, nbf, exp }: TokenClaims, now: number): string {
  return `iat ${iat}, nbf ${nbf}, exp ${exp}, now ${now}`;
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
  return new TokenVerifier({ keys, issuers, clock, isRevoked, onReject, cacheSize });
}

class TokenVerifier implements Verifier {
  private readonly trusted: ReadonlyMap<string, Issuer>;
  private readonly accepted: LRUCache<string, Accepted>;

  constructor(private readonly options: Required<VerifierOptions>) {
    this.trusted = new Map(options.issuers.map((issuer) => [issuer.issuer, issuer]));
    this.accepted = new LRUCache({ max: options.cacheSize });
    options.keys.onChange(() => this.accepted.clear());
  }

  verify(authorizationHeader: string | undefined): Viewer | null | Promise<Viewer | null> {
    if (authorizationHeader === undefined) return this.reject('absent');
    const token = bearerToken(authorizationHeader);
    if (token === null) return this.reject('scheme');
    const cached = this.accepted.get(token);
    return cached === undefined ? this.examine(token) : this.admit(cached, token);
  }

  private reject(reason: Rejection, detail = ''): null {
    this.options.onReject(reason, detail.slice(0, MAX_DETAIL));
    return null;
  }

  private now(): number {
    return Math.floor(this.options.clock() / 1000);
  }

  /** Checks a token that is not cached. */
  private examine(token: string): Viewer | null | Promise<Viewer | null> {
    const read = readToken(token);
    if (typeof read === 'string') return this.reject(read, wrongParts(token));
    const { kid, claims } = read;
    const issuer = this.trusted.get(claims.iss);
    if (issuer === undefined) return this.reject('issuer', claims.iss);
    if (claims.nation !== undefined && claims.nation !== issuer.nation)
      return this.reject('nation', claims.iss);
    const role = ROLES.find((known) => known === claims.role);
    if (role === undefined || !issuer.roles.includes(role)) return this.reject('role', claims.role);
    if (!isTimely(claims, this.now())) return this.reject('time', timesOf(claims, this.now()));
    return this.proveByKeyId(token, kid, { viewer: viewerOf(claims, issuer, role), claims });
  }

  /** Refreshes the keys of the issuer if none has this id, because it may be new. */
  private proveByKeyId(
    token: string,
    kid: string,
    candidate: Accepted,
  ): Viewer | null | Promise<Viewer | null> {
    const { keys } = this.options;
    const { issuer } = candidate.viewer;
    const key = keys.find(issuer, kid);
    const refreshing = key === undefined ? keys.refresh(issuer) : null;
    if (refreshing === null) return this.prove(token, kid, key, candidate);
    return refreshing.then(() => this.prove(token, kid, keys.find(issuer, kid), candidate));
  }

  private prove(token: string, kid: string, key: KeyObject | undefined, candidate: Accepted): Viewer | null {
    if (key === undefined) return this.reject('key', `${kid} of ${candidate.viewer.issuer}`);
    if (!isSigned(token, key, candidate.claims, this.now())) return this.reject('signature');
    this.accepted.set(token, candidate);
    return this.admit(candidate, token);
  }

  /** Rules for every use of a token, whether it is cached or not. */
  private admit({ viewer, claims }: Accepted, token: string): Viewer | null {
    if (!isTimely(claims, this.now())) {
      this.accepted.delete(token);
      return this.reject('time', timesOf(claims, this.now()));
    }
    return this.options.isRevoked(viewer.issuer, viewer.tokenId) ? this.reject('revoked') : viewer;
  }
}
