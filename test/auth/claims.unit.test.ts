import { expect, it } from 'vitest';
import { wrongParts } from '../../src/auth/claims.js';

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

it('names what is wrong with a token, for the log', () => {
  const header = { alg: 'ES256', typ: 'at+jwt', kid: 'k1' };
  const claims = { iss: 'i', sub: 's', aud: 'merzili', iat: 1, exp: 2, jti: 'j', role: 'r', scope: '' };
  expect(wrongParts(`${part(header)}.${part(claims)}.x`)).toMatch(/^nbf: [^,]+, received undefined$/);
  expect(wrongParts(`${part(header)}.${part({ ...claims, nbf: 1, aud: 'other' })}.x`)).toMatch(/^aud: /);
  expect(wrongParts(`${part({ ...header, alg: 'none' })}.${part({ ...claims, nbf: 1 })}.x`)).toMatch(
    /^alg: /,
  );
  expect(wrongParts('nonsense')).toBe('');
});
