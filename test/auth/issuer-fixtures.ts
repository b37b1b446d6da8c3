import { createHmac, createPrivateKey, type JsonWebKey, type KeyObject, sign } from 'node:crypto';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Issuer } from '../../src/auth/issuers.js';
import { type KeyStore, type KeyStoreOptions, openKeyStore } from '../../src/auth/jwks.js';
import { generateKeys, type IssuerKeys } from '../../src/auth/mint.js';
import { NATIONAL_ROLES, NATIONS, type Nation } from '../../src/domain/scopes.js';

/** The moment all test tokens are about, in seconds. */
export const NOW = 1_790_000_000;

export interface TestIssuer extends Issuer {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly keys: IssuerKeys;
  /** Publishes these public keys instead of the present ones, in one step. */
  publish(keys: readonly JsonWebKey[]): Promise<void>;
}

export interface TestWorld {
  readonly issuers: readonly TestIssuer[];
  readonly store: KeyStore;
  readonly directory: string;
  of(nation: Nation | null): TestIssuer;
  close(): Promise<void>;
}

/** One issuer per nation and the Centre's, with their keys in files, and a key store over them. */
export async function openTestWorld(options: KeyStoreOptions = {}): Promise<TestWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'merzili-issuers-'));
  const issuers: TestIssuer[] = [];
  for (const nation of [...NATIONS, null]) {
    const name = nation?.toLowerCase() ?? 'centre';
    const path = join(directory, `${name}.jwks.json`);
    const keys = generateKeys();
    const publish = async (published: readonly JsonWebKey[]) => {
      await writeFile(`${path}.new`, JSON.stringify({ keys: published }));
      await rename(`${path}.new`, path);
    };
    await publish(keys.publicJwks.keys);
    issuers.push({
      issuer: `https://${name}.example`,
      nation,
      roles: nation === null ? ['INTEGRATOR', 'PUBLIC'] : NATIONAL_ROLES,
      jwks: { kind: 'file', path },
      kid: String(keys.privateJwk.kid),
      privateKey: privateKeyOf(keys.privateJwk),
      keys,
      publish,
    });
  }
  const store = await openKeyStore(issuers, options);
  return {
    issuers,
    store,
    directory,
    of(nation) {
      const found = issuers.find((issuer) => issuer.nation === nation);
      if (found === undefined) throw new Error(`no issuer of ${nation}`);
      return found;
    },
    async close() {
      store.close();
      await rm(directory, { recursive: true });
    },
  };
}

export function privateKeyOf(jwk: JsonWebKey): KeyObject {
  return createPrivateKey({ key: jwk, format: 'jwk' });
}

export const encode = (text: string | Uint8Array) => Buffer.from(text).toString('base64url');

export type Signer = (signed: string) => Uint8Array;

export function es256(key: KeyObject): Signer {
  return (signed) => sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
}

export function hs256(secret: string | Buffer): Signer {
  return (signed) => createHmac('sha256', secret).update(signed).digest();
}

/** A compact JWS out of any two texts, however wrong, and any signature. */
export function compact(headerText: string, payloadText: string, signer: Signer): string {
  const signed = `${encode(headerText)}.${encode(payloadText)}`;
  return `${signed}.${encode(signer(signed))}`;
}

export type Members = Readonly<Record<string, unknown>>;

export function goodHeader(issuer: TestIssuer): Members {
  return { alg: 'ES256', typ: 'at+jwt', kid: issuer.kid };
}

export function goodClaims(issuer: TestIssuer): Members {
  return {
    iss: issuer.issuer,
    sub: 'officer-1',
    aud: 'merzili',
    iat: NOW - 60,
    nbf: NOW - 60,
    exp: NOW + 600,
    jti: 'token-1',
    role: issuer.nation === null ? 'INTEGRATOR' : 'LIAISON_OFFICER',
    scope: 'reference:read incident:read',
  };
}

/** A good token of the issuer, with members of header and payload replaced; undefined removes one. */
export function tokenOf(issuer: TestIssuer, changes: { header?: Members; claims?: Members } = {}): string {
  return compact(
    JSON.stringify({ ...goodHeader(issuer), ...changes.header }),
    JSON.stringify({ ...goodClaims(issuer), ...changes.claims }),
    es256(issuer.privateKey),
  );
}
