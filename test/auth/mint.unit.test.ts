import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateKeys, mintToken, type TokenOrder } from '../../src/auth/mint.js';
import { createVerifier } from '../../src/auth/verifier.js';
import { isNationalRole, NATIONS, ROLES, scopesOf } from '../../src/domain/scopes.js';
import { openTestWorld, privateKeyOf, type TestWorld } from './issuer-fixtures.js';

let world: TestWorld;
beforeAll(async () => {
  world = await openTestWorld();
});
afterAll(() => world.close());

function order(nation: 'TUR' | 'RUS' | 'AZE' | null, changes: Partial<TokenOrder> = {}): TokenOrder {
  const { issuer, kid, privateKey } = world.of(nation);
  const role = nation === null ? 'INTEGRATOR' : 'LIAISON_OFFICER';
  return { issuer, kid, privateKey, nation, role, subject: 'officer-1', ...changes };
}

const verify = (token: string, clock = Date.now) =>
  createVerifier({ keys: world.store, issuers: world.issuers, clock }).verify(`Bearer ${token}`);

describe('mintToken', () => {
  const holders = ROLES.flatMap((role) =>
    (isNationalRole(role) ? NATIONS : [null]).map((nation) => ({ role, nation })),
  );

  it.each(holders)('makes a token for $role of $nation with all its rights', async ({ role, nation }) => {
    const viewer = await verify(mintToken(order(nation, { role })));
    expect(viewer).toMatchObject({ role, nation, subject: 'officer-1' });
    expect([...(viewer?.scopes ?? [])]).toEqual(scopesOf(role, nation));
  });

  it('takes scopes, a locale and a lifetime', async () => {
    const issuedAt = new Date(1_790_000_000_000);
    const token = mintToken(
      order('RUS', { scopes: ['incident:read'], locale: 'RU', ttlSeconds: 60, issuedAt }),
    );
    const viewer = await verify(token, () => issuedAt.getTime());
    expect([...(viewer?.scopes ?? [])]).toEqual(['incident:read']);
    expect(viewer).toMatchObject({ locale: 'RU', expiresAt: new Date(1_790_000_060_000) });
  });

  it('gives every token an id of its own', async () => {
    const [one, other] = [await verify(mintToken(order('TUR'))), await verify(mintToken(order('TUR')))];
    expect(one?.tokenId).toMatch(/^[0-9a-f-]{36}$/);
    expect(one?.tokenId).not.toBe(other?.tokenId);
  });

  it.each([0, -1, 3_601, 1.5, Number.NaN])('refuses a lifetime of %s seconds', (ttlSeconds) => {
    expect(() => mintToken(order('TUR', { ttlSeconds }))).toThrow(RangeError);
  });

  it('refuses a national role without a nation and the other way round', () => {
    expect(() => mintToken(order(null, { role: 'LIAISON_OFFICER' }))).toThrow(/needs a nation/);
    expect(() => mintToken(order('TUR', { role: 'PUBLIC' }))).toThrow(/has no nation/);
  });
});

describe('generateKeys', () => {
  it('publishes the public half alone, under the kid of the private one', () => {
    const { privateJwk, publicJwks } = generateKeys();
    expect(publicJwks.keys).toHaveLength(1);
    expect(publicJwks.keys[0]).not.toHaveProperty('d');
    const { d, ...publicHalf } = privateJwk;
    expect(d).toMatch(/^[\w-]{43}$/);
    expect(publicJwks.keys[0]).toEqual(publicHalf);
    expect(privateKeyOf(privateJwk).asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
  });

  it('makes other keys every time', () => {
    expect(generateKeys().privateJwk.kid).not.toBe(generateKeys().privateJwk.kid);
  });
});
