import { z } from 'zod';
import { parseStrictJson } from '../common/strict-json.js';
import { hasVisibleText } from '../common/visible-text.js';
import { MAX_LENGTH } from '../domain/limits.js';
import { localeOf } from '../domain/locale.js';
import { SCOPES } from '../domain/scopes.js';
import { KID } from './public-keys.js';

/** The `aud` claim of every token. */
export const TOKEN_AUDIENCE = 'merzili';
/** Maximum lifetime of a token, from `iat` to `exp`. */
export const MAX_TOKEN_SECONDS = 3_600;
const MAX_TOKEN_BYTES = 4_096;

/** The `typ` header of tokens (RFC 9068). Media types are case-insensitive, and `application/` is optional. */
const ACCESS_TOKEN_TYPE = /^(?:application\/)?at\+jwt$/i;
/** The scheme and spaces (RFC 9110, 11.4), before three base64url segments, the last of 64 bytes. */
const BEARER = /^Bearer +/i;
const SEGMENTS = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})$/;
/** No control or format characters, line separators or halves of characters; no blanks at the ends. */
const NAME = /^(?!\s)[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+(?<!\s)$/u;

/** What {@link isTokenName} asks for, in words. */
export const TOKEN_NAME_FORM = `1 to ${MAX_LENGTH.tokenId} characters with something to read, without control and invisible characters and without spaces at the ends`;

/** Whether it can be the subject or the `jti` of a token. */
export function isTokenName(text: string): boolean {
  return text.length <= MAX_LENGTH.tokenId && NAME.test(text) && hasVisibleText(text);
}

const name = z.string().refine(isTokenName);
const seconds = z.int().nonnegative();
const scopes = z.string().transform((value, context) => {
  const named = value === '' ? [] : value.split(' ');
  const known = SCOPES.filter((scope) => named.includes(scope));
  if (new Set(named).size === known.length) return known;
  context.addIssue({ code: 'custom', message: 'names an unknown scope' });
  return z.NEVER;
});

const header = z.strictObject({
  alg: z.literal('ES256'),
  typ: z.string().regex(ACCESS_TOKEN_TYPE),
  kid: z.string().regex(KID),
});

const claims = z.object({
  iss: z.string(),
  sub: name,
  aud: z.union([z.literal(TOKEN_AUDIENCE), z.tuple([z.literal(TOKEN_AUDIENCE)])]),
  iat: seconds,
  nbf: seconds,
  exp: seconds,
  jti: name,
  role: z.string(),
  scope: scopes,
  locale: z
    .string()
    .transform((tag, context) => {
      const locale = localeOf(tag);
      if (locale !== undefined) return locale;
      context.addIssue({ code: 'custom', message: 'is not a language' });
      return z.NEVER;
    })
    .optional(),
  nation: z.unknown().optional(),
});

const CLAIM_NAMES = new Set(Object.keys(claims.shape));

/**
 * Rejects claims of Merzili in another spelling, such as `Nation` or full-width letters: an attack, not an unrelated
 * claim.
 */
function hasMisspeltClaim(payload: object): boolean {
  return Object.keys(payload).some(
    (key) => !CLAIM_NAMES.has(key) && CLAIM_NAMES.has(key.normalize('NFKC').toLowerCase()),
  );
}

/** Claims of a token: well-formed, but not verified. `scope` has the order of the permission table. */
export type TokenClaims = Readonly<z.output<typeof claims>>;

interface UnprovenToken {
  readonly kid: string;
  readonly claims: TokenClaims;
}

/** Why a token is malformed. For counters and tests; never sent to clients. */
export type MalformedToken = 'oversized' | 'segments' | 'encoding' | 'json' | 'header' | 'claims';

/** The bearer token of an Authorization header (RFC 6750), or null. */
export function bearerToken(authorizationHeader: string): string | null {
  const scheme = BEARER.exec(authorizationHeader);
  return scheme === null ? null : authorizationHeader.slice(scheme[0].length);
}

function decodeSegment(segment: string): string | null {
  const bytes = Buffer.from(segment, 'base64url');
  if (bytes.toString('base64url') !== segment) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Parses a compact JWS without verifying it: form, header, and claims. */
export function readToken(token: string): UnprovenToken | MalformedToken {
  if (token.length > MAX_TOKEN_BYTES) return 'oversized';
  const [, first = '', second = '', signature = ''] = SEGMENTS.exec(token) ?? [];
  if (signature === '') return 'segments';
  const headerText = decodeSegment(first);
  const payloadText = decodeSegment(second);
  const isCanonical = Buffer.from(signature, 'base64url').toString('base64url') === signature;
  if (headerText === null || payloadText === null || !isCanonical) return 'encoding';

  let headerJson: unknown;
  let payloadJson: unknown;
  try {
    headerJson = parseStrictJson(headerText);
    payloadJson = parseStrictJson(payloadText);
  } catch {
    return 'json';
  }
  const readHeader = header.safeParse(headerJson);
  if (!readHeader.success) return 'header';
  const parseClaims = claims.safeParse(payloadJson);
  if (!parseClaims.success || hasMisspeltClaim(Object(payloadJson))) return 'claims';
  return { kid: readHeader.data.kid, claims: parseClaims.data };
}

/** Names the members of a token's header and claims that are missing or wrong, for the log. */
export function wrongParts(token: string): string {
  try {
    const [head, payload] = token
      .slice(0, MAX_TOKEN_BYTES)
      .split('.', 2)
      .map((part) => {
        return parseStrictJson(decodeSegment(part) ?? '');
      });
    const issues = [
      ...(header.safeParse(head).error?.issues ?? []),
      ...(claims.safeParse(payload).error?.issues ?? []),
    ];
    return issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join(', ');
  } catch {
    return '';
  }
}
