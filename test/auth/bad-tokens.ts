import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { Rejection } from '../../src/auth/verifier.js';
import {
  compact,
  encode,
  es256,
  goodClaims,
  goodHeader,
  hs256,
  type Members,
  NOW,
  type TestWorld,
  tokenOf,
} from './issuer-fixtures.js';

export interface BadToken {
  readonly name: string;
  /** The rule that must catch it: a token refused for another reason would not test that rule. */
  readonly reason: Rejection;
  /** Whether jose, with the same key, issuer, audience, type and time, refuses it as well. */
  readonly joseRefuses: boolean;
  /** From the Turkish issuer, when not given. */
  readonly issuedByCentre?: true;
  readonly make: (world: TestWorld) => string;
}

const header = (name: string, members: Members, joseRefuses: boolean, reason: Rejection = 'header') => ({
  name: `header: ${name}`,
  reason,
  joseRefuses,
  make: (world: TestWorld) => tokenOf(world.of('TUR'), { header: members }),
});

const claim = (name: string, members: Members, joseRefuses = false, reason: Rejection = 'claims') => ({
  name: `claim: ${name}`,
  reason,
  joseRefuses,
  make: (world: TestWorld) => tokenOf(world.of('TUR'), { claims: members }),
});

const raw = (
  name: string,
  reason: Rejection,
  joseRefuses: boolean,
  edit: (headerText: string, payloadText: string) => readonly [string, string],
): BadToken => ({
  name,
  reason,
  joseRefuses,
  make: (world) => {
    const tur = world.of('TUR');
    const texts = edit(JSON.stringify(goodHeader(tur)), JSON.stringify(goodClaims(tur)));
    return compact(texts[0], texts[1], es256(tur.privateKey));
  },
});

/** Replaces the segments of a good token, after it was signed. */
const cut = (name: string, reason: Rejection, joseRefuses: boolean, edit: (parts: string[]) => string) => ({
  name,
  reason,
  joseRefuses,
  make: (world: TestWorld) => edit(tokenOf(world.of('TUR')).split('.')),
});

const signedBy = (name: string, alg: string, make: (world: TestWorld, signed: string) => Uint8Array) => ({
  name,
  reason: alg === 'ES256' ? ('signature' as const) : ('header' as const),
  joseRefuses: true,
  make: (world: TestWorld) => {
    const tur = world.of('TUR');
    const headerText = JSON.stringify({ ...goodHeader(tur), alg });
    return compact(headerText, JSON.stringify(goodClaims(tur)), (signed) => make(world, signed));
  },
});

const publicPem = (world: TestWorld) =>
  createPublicKey(world.of('TUR').privateKey).export({ type: 'spki', format: 'pem' });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const secp256k1 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey;
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

/** base64url of the same bytes with the unused low bits of the last character set. */
function loosened(segment: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return segment.slice(0, -1) + alphabet.charAt(alphabet.indexOf(segment.slice(-1)) + 1);
}

const algorithms: readonly BadToken[] = [
  ...['none', 'None', 'NONE', 'nOnE'].map((alg) => header(`alg ${alg}, signed all the same`, { alg }, true)),
  ...['none', 'NONE'].map((alg) => ({
    ...cut(`alg ${alg} without a signature`, 'segments', true, ([, payload]) =>
      [encode(JSON.stringify({ alg, typ: 'at+jwt' })), payload, ''].join('.'),
    ),
  })),
  header('alg es256 in lower case', { alg: 'es256' }, true),
  header('alg as a list', { alg: ['ES256'] }, true),
  header('alg missing', { alg: undefined }, true),
  signedBy('HS256 with the public key in PEM', 'HS256', (world, signed) => {
    return Buffer.concat([hs256(publicPem(world).toString())(signed), Buffer.alloc(32)]);
  }),
  {
    ...signedBy('HS256 with the public key in PEM, of its own length', 'HS256', (world, signed) =>
      hs256(publicPem(world).toString())(signed),
    ),
    reason: 'segments',
  },
  {
    ...signedBy('ES384 with a P-384 key', 'ES384', (_, signed) =>
      sign('sha384', Buffer.from(signed), { key: p384, dsaEncoding: 'ieee-p1363' }),
    ),
    reason: 'segments',
  },
  signedBy('ES256 on secp256k1', 'ES256', (_, signed) => es256(secp256k1)(signed)),
  signedBy('a stranger’s P-256 key', 'ES256', (_, signed) => es256(stranger)(signed)),
  signedBy('a zero signature', 'ES256', () => Buffer.alloc(64)),
  signedBy('r and s of one', 'ES256', () => {
    const one = Buffer.alloc(32);
    one[31] = 1;
    return Buffer.concat([one, one]);
  }),
  signedBy('r and s of all ones', 'ES256', () => Buffer.alloc(64, 0xff)),
  ...[-1, 1].map(
    (more): BadToken => ({
      ...signedBy(`a signature of ${64 + more} bytes`, 'ES256', (world, signed) =>
        Buffer.concat([es256(world.of('TUR').privateKey)(signed), Buffer.alloc(1)]).subarray(0, 64 + more),
      ),
      reason: 'segments',
    }),
  ),
  {
    ...signedBy('a DER signature', 'ES256', (world, signed) =>
      sign('sha256', Buffer.from(signed), { key: world.of('TUR').privateKey, dsaEncoding: 'der' }),
    ),
    reason: 'segments',
  },
];

const form: readonly BadToken[] = [
  cut('the signature stripped', 'segments', true, ([first, second]) => `${first}.${second}.`),
  cut('the signature and its dot stripped', 'segments', true, ([first, second]) => `${first}.${second}`),
  cut('four segments', 'segments', true, (parts) => [...parts, 'AAAA'].join('.')),
  cut('an empty payload', 'segments', true, ([first, , third]) => `${first}..${third}`),
  cut('padding', 'segments', false, (parts) => `${parts.join('.')}==`),
  cut('a line break after it', 'segments', false, (parts) => `${parts.join('.')}\n`),
  cut('a second token after a comma', 'segments', true, (parts) => `${parts.join('.')}, ${parts.join('.')}`),
  {
    name: 'the signature in standard base64',
    reason: 'segments',
    joseRefuses: true,
    make: (world) => {
      // ECDSA signatures are random: sign until one has a character in which the alphabets differ.
      for (;;) {
        const [first, second, third = ''] = tokenOf(world.of('TUR')).split('.');
        if (/[-_]/.test(third)) return `${first}.${second}.${third.replace(/-/g, '+').replace(/_/g, '/')}`;
      }
    },
  },
  cut('spare bits in the signature', 'encoding', false, ([first, second, third]) =>
    [first, second, loosened(third ?? '')].join('.'),
  ),
  {
    name: 'spare bits in the payload, signed as they are',
    reason: 'encoding',
    joseRefuses: false,
    make: (world) => {
      const tur = world.of('TUR');
      // One or two bytes over a multiple of three leave spare bits.
      const text = JSON.stringify(goodClaims(tur));
      const claims = text.length % 3 === 0 ? `${text} ` : text;
      const signed = `${encode(JSON.stringify(goodHeader(tur)))}.${loosened(encode(claims))}`;
      return `${signed}.${encode(es256(tur.privateKey)(signed))}`;
    },
  },
  cut('one byte of the payload changed', 'json', true, ([first, second = '', third]) =>
    [first, `A${second.slice(1)}`, third].join('.'),
  ),
  cut('the role changed after signing', 'signature', true, ([first, second = '', third]) => {
    const claims = Buffer.from(second, 'base64url').toString().replace('LIAISON_OFFICER', 'CONTINGENT_HEAD');
    return [first, encode(claims), third].join('.');
  }),
  claim('oversized', { padding: 'x'.repeat(4_096) }, false, 'oversized'),
  raw('the payload is a list', 'claims', true, (first, second) => [first, `[${second}]`]),
  raw('the payload is null', 'claims', true, (first) => [first, 'null']),
  raw('the payload is not JSON', 'json', true, (first) => [first, 'sub=officer-1']),
  raw('the payload begins with a byte order mark', 'json', false, (first, second) => [
    first,
    `\ufeff${second}`,
  ]),
  {
    name: 'the payload is not UTF-8',
    reason: 'encoding',
    joseRefuses: true,
    make: (world) => {
      const tur = world.of('TUR');
      const claims = Buffer.from(JSON.stringify({ ...goodClaims(tur), sub: 'officer-?' }));
      claims[claims.indexOf('?')] = 0xff;
      const signed = `${encode(JSON.stringify(goodHeader(tur)))}.${encode(claims)}`;
      return `${signed}.${encode(es256(tur.privateKey)(signed))}`;
    },
  },
  raw('the header is a string', 'header', true, (_, second) => ['"ES256"', second]),
  raw('doubled role', 'json', false, (first, second) => [
    first,
    second.replace('"role":', '"role":"CONTINGENT_HEAD","role":'),
  ]),
  raw('doubled exp, once escaped', 'json', false, (first, second) => [
    first,
    second.replace('"exp":', '"\\u0065xp":1,"exp":'),
  ]),
  raw('doubled kid in the header', 'json', false, (first, second) => [
    first.replace('"kid":', '"kid":"other","kid":'),
    second,
  ]),
  raw('a doubled name deep inside', 'json', false, (first, second) => [
    first,
    second.replace('{', '{"extra":[{"a":1,"a":2}],'),
  ]),
];

const headers: readonly BadToken[] = [
  header('typ JWT', { typ: 'JWT' }, true),
  header('typ missing', { typ: undefined }, true),
  header('typ at+jwt with a parameter', { typ: 'at+jwt; v=1' }, true),
  header('typ of an ID token', { typ: 'id+jwt' }, true),
  header('crit with an unknown name', { crit: ['x-nation'], 'x-nation': 'RUS' }, true),
  header('crit empty', { crit: [] }, true),
  header('crit b64', { crit: ['b64'], b64: false }, true),
  header('b64 alone', { b64: true }, false),
  header('zip', { zip: 'DEF' }, false),
  header('cty', { cty: 'JWT' }, false),
  header('jku', { jku: 'http://127.0.0.1:1/jwks.json' }, false),
  header('x5u', { x5u: 'http://127.0.0.1:1/chain.pem' }, false),
  header('x5c', { x5c: ['AAAA'] }, false),
  {
    name: 'header: an embedded jwk that signed it',
    reason: 'header',
    joseRefuses: true,
    make: (world) => {
      const jwk = createPublicKey(stranger).export({ format: 'jwk' });
      const headerText = JSON.stringify({ ...goodHeader(world.of('TUR')), jwk });
      return compact(headerText, JSON.stringify(goodClaims(world.of('TUR'))), es256(stranger));
    },
  },
  header('kid missing', { kid: undefined }, false),
  header('kid a number', { kid: 1 }, true),
  header('kid empty', { kid: '' }, true),
  header('kid too long', { kid: 'k'.repeat(129) }, true),
  header('kid like a path', { kid: '../../../../dev/null' }, true),
  header('kid like SQL', { kid: "x' OR '1'='1" }, true),
  header('kid unknown', { kid: 'nobody' }, true, 'key'),
  header('kid __proto__', { kid: '__proto__' }, true, 'key'),
  header('kid constructor', { kid: 'constructor' }, true, 'key'),
  {
    name: 'header: kid of another nation’s issuer, signed by that nation',
    reason: 'key',
    joseRefuses: true,
    make: (world) => {
      const [tur, rus] = [world.of('TUR'), world.of('RUS')];
      return compact(JSON.stringify(goodHeader(rus)), JSON.stringify(goodClaims(tur)), es256(rus.privateKey));
    },
  },
  {
    name: 'header: own kid, signed by another nation',
    reason: 'signature',
    joseRefuses: true,
    make: (world) => {
      const [tur, rus] = [world.of('TUR'), world.of('RUS')];
      return compact(JSON.stringify(goodHeader(tur)), JSON.stringify(goodClaims(tur)), es256(rus.privateKey));
    },
  },
];

const nationClaims = [
  'RUS',
  'tur',
  'Tur',
  'TÜR',
  'ТUR',
  'ＴＵＲ',
  'TUR ',
  'TUR\u200b',
  '',
  null,
  ['TUR'],
  true,
];

const claims: readonly BadToken[] = [
  ...['iss', 'sub', 'aud', 'iat', 'nbf', 'exp', 'jti', 'role', 'scope'].map((missing) =>
    claim(`${missing} missing`, { [missing]: undefined }, ['iss', 'aud'].includes(missing)),
  ),
  claim('iss a list', { iss: ['https://tur.example'] }, true),
  claim('iss unknown', { iss: 'https://tur.example.org' }, true, 'issuer'),
  claim('iss with a slash more', { iss: 'https://tur.example/' }, true, 'issuer'),
  claim('iss in capitals', { iss: 'HTTPS://TUR.EXAMPLE' }, true, 'issuer'),
  claim('iss __proto__', { iss: '__proto__' }, true, 'issuer'),
  claim('sub empty', { sub: '' }),
  claim('sub a number', { sub: 7 }),
  claim('sub with a line break', { sub: 'officer\n1' }),
  claim('sub with a direction mark', { sub: 'officer\u202e1' }),
  claim('sub with a blank at its start', { sub: ' officer-1' }),
  claim('sub with a blank at its end', { sub: 'officer-1 ' }),
  claim('sub with half a character', { sub: 'officer\ud800' }),
  claim('sub too long', { sub: 's'.repeat(129) }),
  claim('aud another service', { aud: 'other' }, true),
  claim('aud with strangers', { aud: ['merzili', 'other'] }),
  claim('aud twice ours', { aud: ['merzili', 'merzili'] }),
  claim('aud an empty list', { aud: [] }, true),
  claim('aud a map', { aud: { 0: 'merzili' } }, true),
  claim('aud in capitals', { aud: 'MERZILI' }, true),
  claim('iat a string', { iat: String(NOW) }, true),
  claim('iat a fraction', { iat: NOW - 0.5 }),
  claim('iat negative', { iat: -1 }),
  claim('iat five minutes ahead', { iat: NOW + 300 }, false, 'time'),
  claim('nbf five minutes ahead', { nbf: NOW + 300 }, true, 'time'),
  claim('nbf a string', { nbf: String(NOW - 60) }, true),
  claim('nbf null', { nbf: null }, true),
  claim('exp a string', { exp: String(NOW + 600) }, true),
  claim('exp null', { exp: null }, true),
  claim('exp beyond any number', { exp: 1e300 }),
  claim('exp in the far future', { exp: NOW + 10 * 365 * 86_400 }, false, 'time'),
  claim('exp a second over an hour after iat', { exp: NOW - 60 + 3_601 }, false, 'time'),
  claim('exp five minutes ago', { iat: NOW - 900, nbf: NOW - 900, exp: NOW - 300 }, true, 'time'),
  claim('exp the moment the skew ends', { iat: NOW - 900, nbf: NOW - 900, exp: NOW - 60 }, true, 'time'),
  claim('exp before iat', { iat: NOW + 30, nbf: NOW - 60, exp: NOW + 20 }, false, 'time'),
  claim('exp equal to iat', { iat: NOW + 10, nbf: NOW, exp: NOW + 10 }, false, 'time'),
  claim('exp before nbf', { nbf: NOW + 30, exp: NOW + 20 }, false, 'time'),
  claim('exp in milliseconds', { exp: (NOW + 600) * 1_000 }, false, 'time'),
  claim('jti empty', { jti: '' }),
  claim('jti a number', { jti: 1 }),
  claim('jti too long', { jti: 'j'.repeat(129) }),
  claim('jti with NUL', { jti: 'a\u0000b' }),
  claim('role unknown', { role: 'SUPERUSER' }, false, 'role'),
  claim('role in lower case', { role: 'liaison_officer' }, false, 'role'),
  claim('role a list', { role: ['LIAISON_OFFICER'] }),
  claim('role of the Centre’s issuer', { role: 'INTEGRATOR' }, false, 'role'),
  claim('role toString', { role: 'toString' }, false, 'role'),
  claim('scope a list', { scope: ['incident:read'] }),
  claim('scope unknown', { scope: 'incident:read incident:everything' }),
  claim('scope with a wildcard', { scope: 'incident:*' }),
  claim('scope in capitals', { scope: 'INCIDENT:READ' }),
  claim('scope between commas', { scope: 'incident:read,reference:read' }),
  claim('scope with two blanks', { scope: 'incident:read  reference:read' }),
  claim('scope with a blank at its end', { scope: 'incident:read ' }),
  claim('scope with a tab', { scope: 'incident:read\treference:read' }),
  claim('scope constructor', { scope: 'constructor' }),
  claim('locale unknown', { locale: 'hy' }),
  claim('locale a list', { locale: ['tr'] }),
  ...nationClaims.map((nation) =>
    claim(`nation ${JSON.stringify(nation)} from the Turkish issuer`, { nation }, false, 'nation'),
  ),
  claim('Nation in another spelling', { Nation: 'RUS' }),
  claim('ROLE in another spelling', { ROLE: 'CONTINGENT_HEAD' }),
  claim('nation in full-width letters', { ｎａｔｉｏｎ: 'RUS' }),
  {
    name: 'claim: nation TUR from the Centre’s issuer',
    reason: 'nation',
    joseRefuses: false,
    issuedByCentre: true,
    make: (world) => tokenOf(world.of(null), { claims: { nation: 'TUR' } }),
  },
  {
    name: 'claim: a national role from the Centre’s issuer',
    reason: 'role',
    joseRefuses: false,
    issuedByCentre: true,
    make: (world) => tokenOf(world.of(null), { claims: { role: 'CONTINGENT_HEAD' } }),
  },
];

export const BAD_TOKENS: readonly BadToken[] = [...algorithms, ...form, ...headers, ...claims];
