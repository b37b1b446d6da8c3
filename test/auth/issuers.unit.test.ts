import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadIssuers } from '../../src/auth/issuers.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'merzili-trust-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function load(content: unknown) {
  const file = join(directory, 'issuers.json');
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return loadIssuers(file);
}

const tur = { issuer: 'https://id.example.tr', nation: 'TUR', roles: ['LIAISON_OFFICER'], jwks: 'tur.json' };
const rus = { issuer: 'https://id.example.ru', nation: 'RUS', roles: ['CONTINGENT_HEAD'], jwks: 'rus.json' };
const centre = { issuer: 'https://id.example.org', nation: null, roles: ['PUBLIC'], jwks: 'centre.json' };

describe('loadIssuers', () => {
  it('takes no file that is not UTF-8', async () => {
    const file = join(directory, 'latin.json');
    await writeFile(file, Buffer.from('{"issuers":[],"\u00de":1}', 'latin1'));
    await expect(loadIssuers(file)).rejects.toThrow(`${file}: is not UTF-8`);
  });

  it('reads issuers, with paths relative to the file', async () => {
    expect(await load({ issuers: [tur, rus, centre] })).toEqual(
      [tur, rus, centre].map((entry) => ({
        ...entry,
        jwks: { kind: 'file', path: join(directory, entry.jwks) },
      })),
    );
  });

  it.each([
    'https://id.example.tr/jwks',
    'http://127.0.0.1:8080/jwks',
    'http://localhost/jwks',
    'http://[::1]/jwks',
  ])('takes %s', async (jwks) => {
    const [issuer] = await load({ issuers: [{ ...tur, jwks }] });
    expect(issuer?.jwks).toEqual({ kind: 'url', url: jwks });
  });

  it('takes two issuers of one nation with keys of their own', async () => {
    const second = { ...tur, issuer: 'https://id2.example.tr', jwks: 'tur2.json' };
    expect(await load({ issuers: [tur, second] })).toHaveLength(2);
  });

  it.each([
    ['the same issuer twice', [tur, { ...rus, issuer: tur.issuer }], 'issuers[1].issuer'],
    [
      'the same issuer in another spelling',
      [tur, { ...rus, issuer: 'HTTPS://id.example.tr/' }],
      'issuers[1].issuer',
    ],
    ['an issuer that is empty', [{ ...tur, issuer: '' }], 'issuers[0].issuer'],
    ['an issuer in look-alike letters', [{ ...tur, issuer: 'https://id.ехample.tr' }], 'issuers[0].issuer'],
    ['national roles without a nation', [{ ...tur, nation: null }], 'issuers[0].roles[0]'],
    [
      'a nation granting INTEGRATOR',
      [{ ...tur, roles: ['LIAISON_OFFICER', 'INTEGRATOR'] }],
      'issuers[0].roles[1]',
    ],
    ['a nation granting PUBLIC', [{ ...tur, roles: ['PUBLIC'] }], 'issuers[0].roles[0]'],
    ['an unknown role', [{ ...tur, roles: ['ADMIRAL'] }], 'issuers[0].roles[0]'],
    ['a role twice', [{ ...tur, roles: ['DUTY_OFFICER', 'DUTY_OFFICER'] }], 'issuers[0].roles[1]'],
    ['no role', [{ ...tur, roles: [] }], 'issuers[0].roles'],
    ['an unknown nation', [{ ...tur, nation: 'ARM' }], 'issuers[0].nation'],
    ['no nation at all', [{ ...tur, nation: undefined }], 'issuers[0].nation'],
    ['an unknown key', [{ ...tur, audience: 'x' }], 'issuers[0]'],
    ['one JWKS for two nations', [tur, { ...rus, jwks: './x/../tur.json' }], 'issuers[1].jwks'],
    ['http elsewhere than on loopback', [{ ...tur, jwks: 'http://id.example.tr/jwks' }], 'issuers[0].jwks'],
    ['a loopback name that is none', [{ ...tur, jwks: 'http://127.0.0.1.example.tr/' }], 'issuers[0].jwks'],
    ['another protocol', [{ ...tur, jwks: 'file:///etc/keys.json' }], 'issuers[0].jwks'],
    ['credentials in the URL', [{ ...tur, jwks: 'https://a:b@id.example.tr/' }], 'issuers[0].jwks'],
    ['no issuers', [], 'issuers'],
  ])('refuses %s, naming file and field', async (_, issuers, field) => {
    const error: unknown = await load({ issuers }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(String(error)).toContain(`${join(directory, 'issuers.json')}: ${field}: `);
  });

  it('names every bad field, not just the first', async () => {
    await expect(load({ issuers: [{ ...tur, nation: 'ARM', roles: ['ADMIRAL'] }] })).rejects.toThrow(
      /nation: [\s\S]*\n.*roles\[0\]: /,
    );
  });

  it.each([
    ['a name that occurs twice', '{"issuers":[],"issuers":[]}'],
    ['a list', '[]'],
    ['no JSON', 'issuers: []'],
    ['an unknown key beside issuers', '{"issuers":[],"trust":"all"}'],
  ])('refuses %s', async (_, content) => {
    await expect(load(content)).rejects.toThrow(join(directory, 'issuers.json'));
  });

  it('names a file that is not there', async () => {
    await expect(loadIssuers(join(directory, 'absent.json'))).rejects.toThrow(/absent\.json/);
  });
});
