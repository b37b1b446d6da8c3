import { createHash, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { parseStrictJson } from '../common/strict-json.js';

export interface PublicKey {
  readonly kid: string;
  readonly key: KeyObject;
  /** The point on the curve: equal for equal keys, whatever their kid. */
  readonly point: string;
}

/** Keys of a JWK Set, and the problems of those that cannot be used. Problems contain no key material. */
export interface PublicKeys {
  readonly keys: readonly PublicKey[];
  readonly problems: readonly string[];
}

/** Valid key ids in JWK Sets and token headers. */
export const KID = /^[A-Za-z0-9._:~=+@-]{1,128}$/;

/** Members that only private and symmetric keys have (RFC 7518 section 6). */
const PRIVATE_MEMBERS = ['d', 'k', 'p', 'q', 'dp', 'dq', 'qi', 'oth'] as const;

/** 32 bytes in base64url; the last of the 43 characters carries four bits. */
const coordinate = z.string().regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, 'must be 32 bytes in base64url');

const p256PublicKey = z.object({
  kty: z.literal('EC', 'must be EC'),
  crv: z.literal('P-256', 'must be P-256'),
  x: coordinate,
  y: coordinate,
  kid: z.string().regex(KID, 'must be 1 to 128 characters of A-Z a-z 0-9 . _ : ~ = + @ -'),
  use: z.literal('sig', 'must be sig or absent').optional(),
  alg: z.literal('ES256', 'must be ES256 or absent').optional(),
  key_ops: z
    .array(z.string())
    .refine((operations) => operations.includes('verify'), 'must include verify or be absent')
    .optional(),
});

/** The thumbprint of a P-256 key (RFC 7638): equal for equal keys, private or public, whatever their kid. */
export function thumbprintOf(key: KeyObject): string {
  const { crv, kty, x, y } = key.export({ format: 'jwk' });
  return createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url');
}

const jwkSet = z.object({ keys: z.array(z.record(z.string(), z.unknown())).max(100) });

function readKey(jwk: Record<string, unknown>): PublicKey | string {
  const secret = PRIVATE_MEMBERS.find((member) => Object.hasOwn(jwk, member));
  if (secret !== undefined) return `.${secret}: belongs to a private key; only public keys may be published`;
  const parsed = p256PublicKey.safeParse(jwk);
  if (!parsed.success) {
    return parsed.error.issues.map((issue) => `.${issue.path.join('.')}: ${issue.message}`).join(', ');
  }
  const { kid, kty, crv, x, y } = parsed.data;
  const publicJwk: JsonWebKey = { kty, crv, x, y };
  try {
    return { kid, key: createPublicKey({ key: publicJwk, format: 'jwk' }), point: `${x}.${y}` };
  } catch {
    return ': is not a point on the curve';
  }
}

/**
 * Parses a JWK Set (RFC 7517). Returns its public P-256 keys for ES256 that have a kid. Every other key is left out
 * and listed in `problems`, so that removing a key takes effect whatever else the set holds. If a kid occurs twice,
 * neither key is used. Throws if the text is no JWK Set.
 */
export function parsePublicKeys(text: string): PublicKeys {
  const parsed = jwkSet.safeParse(parseStrictJson(text));
  if (!parsed.success) throw new Error('is not a JWK Set: it needs a list "keys" of at most 100 objects');
  const problems: string[] = [];
  const read = parsed.data.keys.flatMap((jwk, index) => {
    const key = readKey(jwk);
    if (typeof key !== 'string') return [key];
    problems.push(`keys[${index}]${key}`);
    return [];
  });
  const keys = read.filter(({ kid }) => read.filter((other) => other.kid === kid).length === 1);
  const doubled = new Set(read.filter((key) => !keys.includes(key)).map(({ kid }) => kid));
  problems.push(...[...doubled].map((kid) => `the kid ${kid} occurs twice`));
  return { keys, problems };
}
