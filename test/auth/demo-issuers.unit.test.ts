import { chmod, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDemoIssuers } from '../../src/auth/demo-issuers.js';
import { loadIssuers } from '../../src/auth/issuers.js';
import { openKeyStore } from '../../src/auth/jwks.js';
import { mintToken } from '../../src/auth/mint.js';
import { createVerifier } from '../../src/auth/verifier.js';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'merzili-demo-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

describe('openDemoIssuers', () => {
  it('makes an issuer per nation and the Centre’s, trusted along the ordinary way', async () => {
    const { file, issuers } = await openDemoIssuers(join(dataDir, 'not', 'there', 'yet'));
    expect(issuers.map(({ nation }) => nation)).toEqual(['TUR', 'RUS', 'AZE', null]);
    const trusted = await loadIssuers(file);
    const keys = await openKeyStore(trusted);
    const verifier = createVerifier({ keys, issuers: trusted });
    for (const issuer of issuers) {
      for (const role of issuer.roles) {
        const viewer = verifier.verify(`Bearer ${mintToken({ ...issuer, role, subject: 'demo' })}`);
        expect(viewer).toMatchObject({ nation: issuer.nation, role });
      }
    }
    keys.close();
  });

  it('keeps them: the same keys the next time', async () => {
    const first = await openDemoIssuers(dataDir);
    const second = await openDemoIssuers(dataDir);
    expect(second.issuers.map(({ kid }) => kid)).toEqual(first.issuers.map(({ kid }) => kid));
    expect(new Set(first.issuers.map(({ kid }) => kid)).size).toBe(4);
  });

  it('hides the private keys from everybody but their owner', async () => {
    await openDemoIssuers(dataDir);
    const directory = join(dataDir, 'issuers');
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    const files = (await readdir(directory)).filter((file) => file.includes('private'));
    expect(files).toHaveLength(4);
    for (const file of files) expect((await stat(join(directory, file))).mode & 0o777).toBe(0o600);
    const published = await readFile(join(directory, 'tur.jwks.json'), 'utf8');
    expect(published).not.toContain('"d"');
  });

  it('agrees on one set when several start at once, and leaves nothing else behind', async () => {
    const opened = await Promise.all(Array.from({ length: 8 }, () => openDemoIssuers(dataDir)));
    const kids = opened.map(({ issuers }) => issuers.map(({ kid }) => kid).join());
    expect(new Set(kids).size).toBe(1);
    expect(await readdir(dataDir)).toEqual(['issuers']);
  });

  it('says what to do when a private key is gone', async () => {
    await openDemoIssuers(dataDir);
    await rm(join(dataDir, 'issuers', 'rus.private.jwk.json'));
    await expect(openDemoIssuers(dataDir)).rejects.toThrow(
      /rus\.private\.jwk\.json holds no private key; remove/,
    );
  });

  it.skipIf(process.getuid?.() === 0)('does not make new ones over some it cannot read', async () => {
    await openDemoIssuers(dataDir);
    await chmod(join(dataDir, 'issuers'), 0o000);
    await expect(openDemoIssuers(dataDir)).rejects.toThrow(/EACCES/);
    await chmod(join(dataDir, 'issuers'), 0o700);
  });
});
