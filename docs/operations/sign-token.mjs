#!/usr/bin/env node
// Signs an access token with an issuer's private key and prints it: for trying an installation out, and to show
// exactly what an issuer's own software has to put into one.
//
//   node docs/operations/sign-token.mjs <private.jwk.json> <issuer> <role> <subject> "<scope> <scope>" [seconds]
import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';

const [file, iss, role, sub, scope, seconds = '3600'] = process.argv.slice(2);
if (scope === undefined) {
  console.error('takes a file, an issuer, a role, a subject, scopes in quotes, and perhaps seconds');
  process.exit(2);
}
const jwk = JSON.parse(await readFile(file, 'utf8'));
const iat = Math.floor(Date.now() / 1000);
const header = { alg: 'ES256', typ: 'at+jwt', kid: jwk.kid };
const claims = {
  iss,
  sub,
  aud: 'merzili',
  iat,
  nbf: iat,
  exp: iat + Number(seconds),
  jti: randomUUID(),
  role,
  scope,
};
const text = [header, claims]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.');
const key = { key: createPrivateKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' };
console.log(`${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`);
