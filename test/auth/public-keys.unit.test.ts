import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { generateKeys } from '../../src/auth/mint.js';
import { parsePublicKeys } from '../../src/auth/public-keys.js';

const { privateJwk, publicJwks } = generateKeys();
const [good = {}] = publicJwks.keys;
const parse = (...keys: object[]) => parsePublicKeys(JSON.stringify({ keys }));

describe('parsePublicKeys', () => {
  it('takes a public P-256 key, with or without use, alg and key_ops', () => {
    const { kid, kty, crv, x, y } = good;
    for (const jwk of [good, { kid, kty, crv, x, y }, { ...good, key_ops: ['verify'], x5t: 'ignored' }]) {
      const { keys, problems } = parse(jwk);
      expect(problems).toEqual([]);
      expect(keys.map((key) => [key.kid, key.key.type])).toEqual([[good.kid, 'public']]);
    }
  });

  it('takes an empty set: an issuer may withdraw all its keys', () => {
    expect(parse()).toEqual({ keys: [], problems: [] });
  });

  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' });
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });

  it.each([
    ['a private key', { ...privateJwk }, '.d: belongs to a private key'],
    ['a symmetric key', { kty: 'oct', k: 'c2VjcmV0', kid: 'a' }, '.k: belongs to a private key'],
    ['a P-384 key', { ...p384, kid: 'a' }, '.crv: must be P-256'],
    ['an RSA key', { ...rsa, kid: 'a' }, '.kty: must be EC'],
    ['a key without kid', { ...good, kid: undefined }, '.kid: '],
    ['a kid like a path', { ...good, kid: '../key' }, '.kid: '],
    ['a key for encryption', { ...good, use: 'enc' }, '.use: must be sig or absent'],
    ['a key for another algorithm', { ...good, alg: 'ES384' }, '.alg: must be ES256 or absent'],
    ['a key that may only sign', { ...good, key_ops: ['sign'] }, '.key_ops: must include verify'],
    ['a point off the curve', { ...good, y: good.x }, ': is not a point on the curve'],
    ['a short coordinate', { ...good, x: 'AAAA' }, '.x: must be 32 bytes'],
    ['spare bits in a coordinate', { ...good, x: `${good.x?.slice(0, -1)}B` }, '.x: must be 32 bytes'],
  ])('leaves out %s and says so, and keeps its neighbour', (_, jwk, problem) => {
    const neighbour = generateKeys().publicJwks.keys[0] ?? {};
    const { keys, problems } = parse(neighbour, jwk);
    expect(keys.map(({ kid }) => kid)).toEqual([neighbour.kid]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(`keys[1]${problem}`);
    expect(problems[0]).not.toContain(String(privateJwk.d));
  });

  it('uses neither of two keys with one kid', () => {
    const other = { ...generateKeys().publicJwks.keys[0], kid: good.kid };
    expect(parse(good, other)).toEqual({ keys: [], problems: [`the kid ${good.kid} occurs twice`] });
  });

  it.each(['', '[]', '{}', '{"keys":{}}', '{"keys":["a"]}', '{"keys":[],"keys":[]}', '<html>'])(
    'throws on %j',
    (text) => {
      expect(() => parsePublicKeys(text)).toThrow();
    },
  );
});
