import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader, exportJWK, importJWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadIssuers } from '../../src/auth/issuers.js';
import { openKeyStore } from '../../src/auth/jwks.js';
import { createVerifier } from '../../src/auth/verifier.js';
import { scopesOf } from '../../src/domain/scopes.js';
import { merzili } from './command-line.js';

let folder: string;
let env: Record<string, string>;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merzili-cli-'));
  env = { MERZILI_DATA_DIR: join(folder, 'data') };
});
afterAll(() => rm(folder, { recursive: true }));

describe('token mint', () => {
  const mint = async (line: string) => {
    const { code, stdout, stderr } = await merzili(['token', 'mint', ...line.split(' ')], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\S+\n$/);
    return { token: stdout.trim(), stderr };
  };

  it('prints a token that the server trusts, with all that the role is granted', async () => {
    const { token, stderr } = await mint('--nation TUR --role LIAISON_OFFICER');
    expect(stderr).toBe('');
    const issuers = await loadIssuers(join(env.MERZILI_DATA_DIR ?? '', 'issuers', 'issuers.json'));
    const keys = await openKeyStore(issuers);
    const viewer = await createVerifier({ keys, issuers }).verify(`Bearer ${token}`);
    keys.close();
    expect(viewer).toMatchObject({
      nation: 'TUR',
      role: 'LIAISON_OFFICER',
      subject: 'demo-liaison-officer',
      locale: null,
    });
    expect([...(viewer?.scopes ?? [])]).toEqual(scopesOf('LIAISON_OFFICER', 'TUR'));
  });

  it('takes every option', async () => {
    const { token } = await mint(
      '--nation RUS --role CONTINGENT_HEAD --subject head-2 --scope incident:read,reference:read --scope incident:read --locale RU --ttl 60',
    );
    const claims = decodeJwt(token);
    expect(claims).toMatchObject({
      sub: 'head-2',
      role: 'CONTINGENT_HEAD',
      scope: 'incident:read reference:read',
      locale: 'ru',
    });
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(60);
    expect(decodeProtectedHeader(token)).toMatchObject({ alg: 'ES256', typ: 'at+jwt' });
  });

  it('has the Centre’s own issuer for roles without a nation', async () => {
    expect(decodeJwt((await mint('--role INTEGRATOR')).token).iss).toContain('centre');
    expect(decodeJwt((await mint('--role DUTY_OFFICER --nation AZE')).token).iss).toContain('aze');
  });

  it('says beside the token when a scope has no effect', async () => {
    expect((await mint('--role PUBLIC --scope incident:assess reference:read')).stderr).toBe(
      'note: PUBLIC is not granted incident:assess, so that it has no effect\n',
    );
  });

  it('refuses where the server would not trust it', async () => {
    const outcome = await merzili(['token', 'mint', '--role', 'PUBLIC'], {
      env: { ...env, MERZILI_ISSUERS: '/etc/issuers.json' },
    });
    expect(outcome).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('MERZILI_ISSUERS'),
    });
    const production = await merzili(['token', 'mint', '--role', 'PUBLIC'], {
      env: { ...env, NODE_ENV: 'production' },
    });
    expect(production).toMatchObject({ code: 2, stdout: '' });
  });
});

describe('keys generate', () => {
  it('writes a private key for its owner alone, and a set that can be published', async () => {
    const out = join(folder, 'new', 'keys');
    const { code, stdout } = await merzili(['keys', 'generate', '--out', out]);
    const [privateFile, publicFile] = [join(out, 'private.jwk.json'), join(out, 'jwks.json')];
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${privateFile}\n${publicFile}\n` });
    expect((await stat(privateFile)).mode & 0o777).toBe(0o600);
    const privateJwk = JSON.parse(await readFile(privateFile, 'utf8'));
    const { keys } = JSON.parse(await readFile(publicFile, 'utf8'));
    expect(Object.keys(keys[0])).not.toContain('d');
    expect(privateJwk).toMatchObject(keys[0]);
    expect(keys[0].kid).toBe(await calculateJwkThumbprint(privateJwk));
    const { x, y } = await exportJWK(await importJWK(privateJwk, 'ES256', { extractable: true }));
    expect({ x, y }).toEqual({ x: keys[0].x, y: keys[0].y });
  });

  it('leaves files alone that are there', async () => {
    const out = await mkdtemp(join(folder, 'taken-'));
    await writeFile(join(out, 'jwks.json'), 'mine');
    const outcome = await merzili(['keys', 'generate', '--out', out]);
    expect(outcome).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('is there already'),
    });
    expect(await readdir(out)).toEqual(['jwks.json']);
    expect(await readFile(join(out, 'jwks.json'), 'utf8')).toBe('mine');
  });

  it('prints both without a folder', async () => {
    const { code, stdout } = await merzili(['keys', 'generate']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      privateJwk: expect.objectContaining({ d: expect.any(String) }),
      publicJwks: { keys: [expect.not.objectContaining({ d: expect.anything() })] },
    });
  });
});
