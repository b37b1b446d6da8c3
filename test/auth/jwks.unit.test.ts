import type { JsonWebKey } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Issuer } from '../../src/auth/issuers.js';
import { type KeyStatus, type KeyStoreOptions, openKeyStore, READING } from '../../src/auth/jwks.js';
import { generateKeys } from '../../src/auth/mint.js';
import { createVerifier } from '../../src/auth/verifier.js';
import { goodClaims, NOW, openTestWorld, privateKeyOf, type TestIssuer, tokenOf } from './issuer-fixtures.js';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const clock = () => NOW * 1000;
const soon = (check: () => unknown) => vi.waitFor(check, { timeout: 3_000, interval: 10 });

/** The issuer with another key of its own. */
function withNextKey(issuer: TestIssuer): TestIssuer {
  const keys = generateKeys();
  return { ...issuer, keys, kid: String(keys.privateJwk.kid), privateKey: privateKeyOf(keys.privateJwk) };
}

const published = (...issuers: TestIssuer[]) => issuers.flatMap(({ keys }) => keys.publicJwks.keys);
const jwksText = (...issuers: TestIssuer[]) => JSON.stringify({ keys: published(...issuers) });

it('a removed key is refused within 60 seconds, even by a URL that is slow to answer', () => {
  expect(READING.filePollMs).toBeLessThan(60_000);
  expect(READING.urlPollMs + READING.timeoutMs).toBeLessThan(60_000);
});

describe('keys in files', () => {
  async function open(options: KeyStoreOptions = {}) {
    const statuses: KeyStatus[] = [];
    const world = await openTestWorld({
      filePollMs: 20,
      onStatus: (status) => statuses.push(status),
      ...options,
    });
    cleanups.push(() => world.close());
    const verifier = createVerifier({ keys: world.store, issuers: world.issuers, clock });
    return { world, statuses, verify: (token: string) => verifier.verify(`Bearer ${token}`) };
  }

  it('rotate with an overlap, and a removed key is refused although its token was remembered', async () => {
    const { world, verify } = await open();
    const old = world.of('TUR');
    const next = withNextKey(old);
    expect(verify(tokenOf(old))).not.toBeNull();
    expect(verify(tokenOf(next))).toBeNull();

    const oldToken = tokenOf(old);
    await old.publish(published(old, next));
    await soon(() => expect(verify(tokenOf(next))).not.toBeNull());
    expect(verify(oldToken)).not.toBeNull();

    await old.publish(published(next));
    await soon(() => expect(verify(oldToken)).toBeNull());
    expect(verify(tokenOf(next))).not.toBeNull();
    expect(verify(tokenOf(world.of('RUS')))).not.toBeNull();
  });

  it('are withdrawn altogether by an empty set', async () => {
    const { world, verify } = await open();
    await world.of('AZE').publish([]);
    await soon(() => expect(verify(tokenOf(world.of('AZE')))).toBeNull());
    expect(verify(tokenOf(world.of('TUR')))).not.toBeNull();
  });

  it.each([
    ['half written', (path: string) => writeFile(path, '{"keys":[{"kty":')],
    ['gone', (path: string) => rm(path)],
    ['too large', (path: string) => writeFile(path, JSON.stringify({ keys: [], pad: 'x'.repeat(70_000) }))],
  ])('stay in force when the file is %s, which is reported until it is well again', async (_, damage) => {
    const { world, verify, statuses } = await open();
    const tur = world.of('TUR');
    if (tur.jwks.kind !== 'file') throw new Error('not a file');
    await damage(tur.jwks.path);
    await soon(() => expect(statuses).toHaveLength(1));
    expect(statuses[0]).toMatchObject({ issuer: tur.issuer, ok: false, keys: 1 });
    expect(statuses[0]?.error).toContain(tur.jwks.path);
    expect(verify(tokenOf(tur))).not.toBeNull();
    expect(world.store.status().filter(({ ok }) => !ok)).toEqual(statuses);

    await tur.publish(published(tur));
    await soon(() => expect(statuses).toHaveLength(2));
    expect(statuses[1]).toMatchObject({ issuer: tur.issuer, ok: true });
    expect(statuses[1]).not.toHaveProperty('error');
  });

  it.each([
    ['its kid', (key: JsonWebKey) => key],
    ['another kid', (key: JsonWebKey) => ({ ...key, kid: 'another' })],
    ["the other nation's kid", (key: JsonWebKey, { kid }: TestIssuer) => ({ ...key, kid })],
    [
      'other members',
      ({ use: _use, alg: _alg, ...key }: JsonWebKey) => ({ ...key, key_ops: ['verify'], x5t: 'x' }),
    ],
  ])(
    "that are another nation's as well, with %s, are taken from neither; both are told of",
    async (_, alter) => {
      const { world, verify, statuses } = await open();
      const [tur, rus] = [world.of('TUR'), world.of('RUS')];
      const next = withNextKey(tur);
      await tur.publish([...published(rus).map((key) => alter(key, rus)), ...published(next)]);
      await soon(() => expect(verify(tokenOf(next))).not.toBeNull());
      expect(verify(tokenOf(rus))).toMatchObject({ nation: 'RUS' });
      const [turStatus, rusStatus] = [tur, rus].map(({ issuer }) =>
        world.store.status().find((status) => status.issuer === issuer),
      );
      expect(turStatus).toMatchObject({
        ok: true,
        keys: 2,
        shared: [expect.stringContaining(`is published by ${rus.issuer} as well`)],
      });
      expect(rusStatus).toMatchObject({
        ok: true,
        keys: 1,
        shared: [`the key ${rus.kid} is published by ${tur.issuer} as well`],
      });
      expect(statuses.map(({ issuer }) => issuer).sort()).toEqual([rus.issuer, tur.issuer].sort());

      await tur.publish(published(next));
      await soon(() => expect(statuses).toHaveLength(4));
      expect(world.store.status().flatMap(({ shared = [] }) => shared)).toEqual([]);
      expect(verify(tokenOf(rus))).toMatchObject({ nation: 'RUS' });
    },
  );

  it('verify tokens of the issuer that publishes them, even if others publish them too', async () => {
    const { world, verify } = await open();
    const [tur, rus] = [world.of('TUR'), world.of('RUS')];
    expect(verify(tokenOf(rus, { claims: goodClaims(tur) }))).toBeNull();
    await tur.publish(published(tur, rus));
    // Turkey trusts the Russian key with its own tokens. Russia does not trust the Turkish one.
    await soon(() =>
      expect(verify(tokenOf(rus, { claims: goodClaims(tur) }))).toMatchObject({ nation: 'TUR' }),
    );
    expect(verify(tokenOf(tur, { claims: goodClaims(rus) }))).toBeNull();
  });

  it.each([
    ['RSA', { kty: 'RSA', n: 'AQAB', e: 'AQAB' }],
    ['OKP', { kty: 'OKP', crv: 'Ed25519' }],
    ['another curve', { crv: 'P-384' }],
  ])("of another kind (%s) take another nation's key away from nobody", async (_, members) => {
    const { world, verify, statuses } = await open();
    const [tur, rus] = [world.of('TUR'), world.of('RUS')];
    await tur.publish([...published(tur), ...published(rus).map((key) => ({ ...key, ...members }))]);
    await soon(() => expect(statuses).toHaveLength(1));
    expect(statuses[0]).toMatchObject({ issuer: tur.issuer, ok: false, keys: 1 });
    expect(verify(tokenOf(rus))).toMatchObject({ nation: 'RUS' });
    expect(verify(tokenOf(tur))).toMatchObject({ nation: 'TUR' });
  });

  it('do not disturb the memory of tokens while they stay the same', async () => {
    const { world } = await open();
    const changed = vi.fn();
    world.store.onChange(changed);
    const tur = world.of('TUR');
    await tur.publish(published(tur));
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(changed).not.toHaveBeenCalled();
    await tur.publish(published(tur, withNextKey(tur)));
    await soon(() => expect(changed).toHaveBeenCalledTimes(1));
  });

  it('must all be well at the start, though others may publish them, too', async () => {
    const { world } = await open();
    const [tur, rus] = [world.of('TUR'), world.of('RUS')];
    await rus.publish(published(tur, rus));
    const store = await openKeyStore(world.issuers);
    expect(store.find(tur.issuer, tur.kid)).toBeDefined();
    expect(store.find(rus.issuer, rus.kid)).toBeDefined();
    store.close();
    await rus.publish([rus.keys.privateJwk]);
    await expect(openKeyStore(world.issuers)).rejects.toThrow('keys[0].d: belongs to a private key');
    const absent: Issuer = { ...tur, jwks: { kind: 'file', path: '/nowhere/tur.jwks.json' } };
    await expect(openKeyStore([absent])).rejects.toThrow('/nowhere/tur.jwks.json');
  });
});

describe('keys at a URL', () => {
  async function listen(answer: RequestListener): Promise<{ url: string; server: Server }> {
    const server = createServer(answer);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return { url: `http://127.0.0.1:${address.port}/jwks.json`, server };
  }

  /** The Turkish issuer, with its keys served over HTTP. `site.answer` may be changed at will. */
  async function open(options: KeyStoreOptions = {}, first?: RequestListener) {
    const world = await openTestWorld();
    cleanups.push(() => world.close());
    const tur = world.of('TUR');
    const serve = (text: string): RequestListener => {
      return (_, response) => response.end(text);
    };
    const site = { calls: 0, answer: first ?? serve(jwksText(tur)) };
    const { url, server } = await listen((request, response) => {
      site.calls += 1;
      site.answer(request, response);
    });
    const issuers: Issuer[] = [{ ...tur, jwks: { kind: 'url', url } }, world.of('RUS')];
    const statuses: KeyStatus[] = [];
    const store = await openKeyStore(issuers, {
      timeoutMs: 300,
      onStatus: (status) => statuses.push(status),
      ...options,
    });
    cleanups.push(() => store.close());
    const verifier = createVerifier({ keys: store, issuers, clock });
    const verify = (token: string) => verifier.verify(`Bearer ${token}`);
    return { tur, rus: world.of('RUS'), site, serve, server, store, statuses, verify, url };
  }

  it('are fetched once and then answered from memory, synchronously', async () => {
    const { tur, site, verify } = await open();
    expect(verify(tokenOf(tur))).toMatchObject({ nation: 'TUR' });
    expect(verify(tokenOf(tur, { claims: { jti: 'other' } }))).toMatchObject({ nation: 'TUR' });
    expect(site.calls).toBe(1);
  });

  it('rotate: an unknown kid fetches, a removed key goes with the next poll', async () => {
    const { tur, site, serve, verify } = await open({ urlPollMs: 400, urlRefreshMs: 0 });
    const next = withNextKey(tur);
    site.answer = serve(jwksText(tur, next));
    const verifying = verify(tokenOf(next));
    expect(verifying).toBeInstanceOf(Promise);
    expect(await verifying).toMatchObject({ nation: 'TUR' });
    expect(verify(tokenOf(tur))).toMatchObject({ nation: 'TUR' });

    site.answer = serve(jwksText(next));
    await soon(async () => expect(await verify(tokenOf(tur))).toBeNull());
    expect(await verify(tokenOf(next))).toMatchObject({ nation: 'TUR' });
  });

  it('are not fetched again for every unknown kid, nor for one of an issuer with a file', async () => {
    const { tur, rus, site, verify } = await open({ urlRefreshMs: 60_000 });
    const stranger = tokenOf(withNextKey(tur));
    for (let turn = 0; turn < 20; turn += 1) expect(verify(stranger)).toBeNull();
    expect(verify(tokenOf(withNextKey(rus)))).toBeNull();
    expect(site.calls).toBe(1);
  });

  it('share one fetch among requests that wait for it', async () => {
    const { tur, site, serve, verify } = await open({ urlRefreshMs: 200 });
    const next = withNextKey(tur);
    site.answer = serve(jwksText(next));
    await new Promise((resolve) => setTimeout(resolve, 250));
    const viewers = await Promise.all(
      ['a', 'b', 'c'].map((jti) => verify(tokenOf(next, { claims: { jti } }))),
    );
    expect(viewers.map((viewer) => viewer?.tokenId)).toEqual(['a', 'b', 'c']);
    expect(site.calls).toBe(2);
  });

  it.each<[string, RequestListener, string]>([
    ['fails', (_, response) => response.writeHead(500).end(), 'answered with status 500'],
    ['is no JWK Set', (_, response) => response.end('<html>'), 'JSON'],
    [
      'redirects',
      (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      'redirect',
    ],
    ['never ends', (_, response) => void response.write('{'), 'no answer within 300 ms'],
    ['is too large', (_, response) => response.end(' '.repeat(70_000)), 'is larger than 65536 bytes'],
    ['hangs up', (request) => void request.socket.destroy(), 'fetch failed'],
  ])('stay in force when the answer %s, which is reported', async (_, answer, problem) => {
    const { tur, site, serve, statuses, store, verify, url } = await open({ urlPollMs: 50 });
    site.answer = answer;
    await soon(() => expect(statuses).toHaveLength(1));
    expect(statuses[0]).toMatchObject({ issuer: tur.issuer, ok: false, keys: 1 });
    expect(statuses[0]?.error).toContain(`${url}: `);
    expect(statuses[0]?.error).toContain(problem);
    expect(store.status()[0]?.ok).toBe(false);
    expect(verify(tokenOf(tur))).toMatchObject({ nation: 'TUR' });
    site.answer = serve(jwksText(tur));
    await soon(() => expect(statuses.at(-1)).toMatchObject({ issuer: tur.issuer, ok: true }));
  });

  it('stay in force when the server is gone', async () => {
    const { tur, server, statuses, verify } = await open({ urlPollMs: 50 });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await soon(() => expect(statuses.at(-1)?.ok).toBe(false));
    expect(verify(tokenOf(tur))).toMatchObject({ nation: 'TUR' });
  });

  it('may be out of reach at the start; the others work, and these do once they come', async () => {
    const down: RequestListener = (_, response) => response.writeHead(503).end();
    const { tur, rus, site, serve, store, verify } = await open({ urlRefreshMs: 0 }, down);
    expect(store.status().map(({ ok, keys }) => [ok, keys])).toEqual([
      [false, 0],
      [true, 1],
    ]);
    expect(await verify(tokenOf(tur))).toBeNull();
    expect(verify(tokenOf(rus))).toMatchObject({ nation: 'RUS' });
    site.answer = serve(jwksText(tur));
    expect(await verify(tokenOf(tur))).toMatchObject({ nation: 'TUR' });
  });

  it("cannot take another nation's key away", async () => {
    const { tur, rus, site, serve, statuses, verify } = await open({ urlPollMs: 50 });
    site.answer = serve(jwksText(tur, rus));
    await soon(() => expect(statuses.map(({ issuer }) => issuer).sort()).toEqual([rus.issuer, tur.issuer]));
    expect(verify(tokenOf(rus))).toMatchObject({ nation: 'RUS' });
    expect(verify(tokenOf(tur))).toMatchObject({ nation: 'TUR' });
  });

  it('are not asked for any more once the store is closed', async () => {
    const { site, store } = await open({ urlPollMs: 20 });
    store.close();
    const before = site.calls;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(site.calls).toBe(before);
  });
});
