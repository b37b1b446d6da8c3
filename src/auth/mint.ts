import { createHash, generateKeyPairSync, type JsonWebKey, type KeyObject, randomUUID } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import { LANGUAGES, type Locale } from '../domain/locale.js';
import { isNationalRole, type Nation, type Role, type Scope, scopesOf } from '../domain/scopes.js';
import { MAX_TOKEN_SECONDS, TOKEN_AUDIENCE } from './claims.js';

export interface TokenOrder {
  issuer: string;
  kid: string;
  /** The issuer's private P-256 key. */
  privateKey: KeyObject;
  /** The issuer's nation; null for the Centre's own. It decides the default scopes and is no claim. */
  nation: Nation | null;
  role: Role;
  subject: string;
  /** All that the role is granted, when not given. */
  scopes?: readonly Scope[];
  locale?: Locale;
  /** 1 to 3600. */
  ttlSeconds?: number;
  /** When the token is issued; now, when not given. */
  issuedAt?: Date;
}

/** Signs an access token that the verifier accepts. Throws when the order could not make one. */
export function mintToken({
  issuer,
  kid,
  privateKey,
  nation,
  role,
  subject,
  scopes = scopesOf(role, nation),
  locale,
  ttlSeconds = MAX_TOKEN_SECONDS,
  issuedAt = new Date(),
}: TokenOrder): string {
  if (isNationalRole(role) && nation === null) throw new Error(`${role} needs a nation`);
  if (!isNationalRole(role) && nation !== null) throw new Error(`${role} has no nation`);
  if (!Number.isInteger(ttlSeconds) || ttlSeconds < 1 || ttlSeconds > MAX_TOKEN_SECONDS) {
    throw new RangeError(`a token lives for 1 to ${MAX_TOKEN_SECONDS} whole seconds, not ${ttlSeconds}`);
  }
  const iat = Math.floor(issuedAt.getTime() / 1000);
  return jsonwebtoken.sign(
    {
      iss: issuer,
      sub: subject,
      aud: TOKEN_AUDIENCE,
      iat,
      nbf: iat,
      exp: iat + ttlSeconds,
      jti: randomUUID(),
      role,
      scope: scopes.join(' '),
      ...(locale === undefined ? {} : { locale: LANGUAGES[locale].tag }),
    },
    privateKey,
    { algorithm: 'ES256', header: { alg: 'ES256', typ: 'at+jwt', kid } },
  );
}

export interface IssuerKeys {
  readonly privateJwk: JsonWebKey;
  /** The JWK Set to publish: the public half alone. */
  readonly publicJwks: { readonly keys: readonly JsonWebKey[] };
}

/** A new P-256 key pair for an issuer; its kid is the thumbprint of RFC 7638. */
export function generateKeys(): IssuerKeys {
  const { crv, kty, x, y, d } = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    format: 'jwk',
  });
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
  const publicJwk = { kid, kty, crv, x, y, use: 'sig', alg: 'ES256' };
  return { privateJwk: { ...publicJwk, d }, publicJwks: { keys: [publicJwk] } };
}
