import { generateKeyPairSync, type JsonWebKey, type KeyObject, randomUUID } from 'node:crypto';
import jsonwebtoken from 'jsonwebtoken';
import { LANGUAGES, type Locale } from '../domain/locale.js';
import { isNationalRole, type Nation, type Role, type Scope, scopesOf } from '../domain/scopes.js';
import { MAX_TOKEN_SECONDS, TOKEN_AUDIENCE } from './claims.js';
import { thumbprintOf } from './public-keys.js';

export interface TokenOrder {
  issuer: string;
  kid: string;
  /** The issuer's private P-256 key. */
  privateKey: KeyObject;
  /** Nation of the issuer; null for that of the Centre. It decides the default scopes and is not a claim. */
  nation: Nation | null;
  role: Role;
  subject: string;
  /** Default: all scopes of the role. */
  scopes?: readonly Scope[];
  locale?: Locale;
  /** From 1 to 3600. */
  ttlSeconds?: number;
  /** Default: now. */
  issuedAt?: Date;
}

/** Signs an access token that the verifier accepts. Throws if the parameters do not allow a valid token. */
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
  /** The JWK Set to publish. It holds only public keys. */
  readonly publicJwks: { readonly keys: readonly JsonWebKey[] };
}

/** A new P-256 key pair for an issuer; its kid is the thumbprint of RFC 7638. */
export function generateKeys(): IssuerKeys {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { crv, kty, x, y, d } = privateKey.export({ format: 'jwk' });
  const kid = thumbprintOf(privateKey);
  const publicJwk = { kid, kty, crv, x, y, use: 'sig', alg: 'ES256' };
  return { privateJwk: { ...publicJwk, d }, publicJwks: { keys: [publicJwk] } };
}
