import { createServer } from 'node:http';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVerifier, type Rejection, type VerifierOptions } from '../../src/auth/verifier.js';
import { NATIONS } from '../../src/domain/scopes.js';
import { BAD_TOKENS } from './bad-tokens.js';
import { NOW, openTestWorld, type TestIssuer, type TestWorld, tokenOf } from './issuer-fixtures.js';

let world: TestWorld;
beforeAll(async () => {
  world = await openTestWorld();
});
afterAll(() => world.close());

function verifierAt(options: Partial<VerifierOptions> = {}) {
  const reasons: Rejection[] = [];
  const verifier = createVerifier({
    keys: world.store,
    issuers: world.issuers,
    clock: () => NOW * 1000,
    onReject: (reason) => reasons.push(reason),
    ...options,
  });
  return { reasons, verify: (token: string) => verifier.verify(`Bearer ${token}`), verifier };
}

/** The second opinion: what jose says, told to check all that it can. */
function askJose(token: string, issuer: TestIssuer) {
  const jwks = createLocalJWKSet({
    keys: issuer.keys.publicJwks.keys.map(({ x, y }) => ({ kty: 'EC', crv: 'P-256', kid: issuer.kid, x, y })),
  });
  return jwtVerify(token, jwks, {
    algorithms: ['ES256'],
    issuer: issuer.issuer,
    audience: 'merzili',
    typ: 'at+jwt',
    currentDate: new Date(NOW * 1000),
    clockTolerance: 60,
  });
}

describe('good tokens', () => {
  it.each([...NATIONS, null])('are taken from the issuer of %s, by jose too', async (nation) => {
    const token = tokenOf(world.of(nation));
    await expect(askJose(token, world.of(nation))).resolves.toBeDefined();
    expect(verifierAt().verify(token)).toEqual({
      issuer: world.of(nation).issuer,
      subject: 'officer-1',
      tokenId: 'token-1',
      nation,
      role: nation === null ? 'INTEGRATOR' : 'LIAISON_OFFICER',
      scopes: expect.any(Set),
      locale: null,
      expiresAt: new Date((NOW + 600) * 1000),
    });
  });

  it.each([
    ['typ in capitals', { header: { typ: 'AT+JWT' } }],
    ['typ with application/', { header: { typ: 'application/at+jwt' } }],
    ['aud as a list of one', { claims: { aud: ['merzili'] } }],
    ['nation equal to the issuer’s', { claims: { nation: 'TUR' } }],
    ['iat and nbf half a minute ahead', { claims: { iat: NOW + 30, nbf: NOW + 30 } }],
    ['exp half a minute ago', { claims: { iat: NOW - 900, nbf: NOW - 900, exp: NOW - 30 } }],
    ['a whole hour', { claims: { exp: NOW - 60 + 3_600 } }],
    ['no scope', { claims: { scope: '' } }],
    [
      'claims of somebody else',
      { claims: { client_id: 'x', auth_time: 1, deep: { role: 'CONTINGENT_HEAD' } } },
    ],
    ['a subject in Azerbaijani', { claims: { sub: 'Əli Məmmədov' } }],
  ])('are taken with %s', async (_, changes) => {
    const token = tokenOf(world.of('TUR'), changes);
    await expect(askJose(token, world.of('TUR'))).resolves.toBeDefined();
    expect(verifierAt().verify(token)).toMatchObject({ nation: 'TUR' });
  });

  it('may say nation null only when they come from the Centre’s issuer', () => {
    const nation = { claims: { nation: null } };
    expect(verifierAt().verify(tokenOf(world.of(null), nation))).toMatchObject({ nation: null });
    expect(verifierAt().verify(tokenOf(world.of('TUR'), nation))).toBeNull();
  });

  it.each([
    ['tr', 'TR'],
    ['RU', 'RU'],
    ['Az', 'AZ'],
    ['en', 'EN'],
  ])('speak %s', (locale, expected) => {
    expect(verifierAt().verify(tokenOf(world.of('TUR'), { claims: { locale } }))).toMatchObject({
      locale: expected,
    });
  });

  it('have the rights that both role and token name, in the order of the table', async () => {
    const scope = 'token:revoke incident:release incident:assess incident:read reference:read';
    const rights = async (nation: 'TUR' | 'AZE', role: string) => {
      const viewer = await verifierAt().verify(tokenOf(world.of(nation), { claims: { role, scope } }));
      return [...(viewer?.scopes ?? ['refused'])];
    };
    expect(await rights('TUR', 'CONTINGENT_HEAD')).toEqual([
      'reference:read',
      'incident:read',
      'incident:assess',
      'incident:release',
    ]);
    expect(await rights('AZE', 'CONTINGENT_HEAD')).toEqual(['reference:read', 'incident:read']);
    expect(await rights('TUR', 'LIAISON_OFFICER')).toEqual(['reference:read', 'incident:read']);
    expect(await rights('TUR', 'NATIONAL_ADMIN')).toEqual(['reference:read', 'token:revoke']);
  });

  it('give a viewer that nobody can widen', async () => {
    const viewer = await verifierAt().verify(tokenOf(world.of('TUR')));
    if (viewer === null) throw new Error('refused');
    expect(Object.isFrozen(viewer)).toBe(true);
    expect(() => Reflect.apply(Reflect.get(viewer.scopes, 'add'), viewer.scopes, ['token:revoke'])).toThrow();
    expect(viewer.scopes.has('token:revoke')).toBe(false);
  });
});

describe('the Authorization header', () => {
  it.each(['Bearer', 'bearer', 'BEARER'])('takes the scheme %s', (scheme) => {
    const { verifier } = verifierAt();
    expect(verifier.verify(`${scheme} ${tokenOf(world.of('TUR'))}`)).not.toBeNull();
  });

  it.each([
    ['Basic %', 'scheme'],
    ['Bearer%', 'scheme'],
    ['%', 'scheme'],
    ['', 'scheme'],
    ['Bearer\t%', 'scheme'],
    [' Bearer %', 'scheme'],
    ['Bearer % ', 'segments'],
    ['Bearer "%"', 'segments'],
    ['Bearer ', 'segments'],
  ] as const)('refuses %j', (form, reason) => {
    const { verifier, reasons } = verifierAt();
    expect(verifier.verify(form.replace('%', tokenOf(world.of('TUR'))))).toBeNull();
    expect(reasons).toEqual([reason]);
  });

  it('is needed', () => {
    const { verifier, reasons } = verifierAt();
    expect(verifier.verify(undefined)).toBeNull();
    expect(reasons).toEqual(['absent']);
  });
});

describe('bad tokens', () => {
  it('are many', () => {
    expect(BAD_TOKENS.length).toBeGreaterThanOrEqual(45);
    expect(new Set(BAD_TOKENS.map(({ name }) => name)).size).toBe(BAD_TOKENS.length);
  });

  it.each(BAD_TOKENS)('$name', async ({ make, reason, joseRefuses, issuedByCentre }) => {
    const token = make(world);
    const { verify, reasons } = verifierAt();
    expect(verify(token)).toBeNull();
    expect(verify(token), 'a second time').toBeNull();
    expect(reasons).toEqual([reason, reason]);
    const second = await askJose(token, world.of(issuedByCentre ? null : 'TUR')).then(
      () => false,
      () => true,
    );
    expect(second, 'jose refuses').toBe(joseRefuses);
  });

  it('make no outbound call, whatever URL they name', async () => {
    let calls = 0;
    const server = createServer((_, response) => {
      calls += 1;
      response.end('{"keys":[]}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const url = `http://127.0.0.1:${address.port}/jwks.json`;
    for (const name of ['jku', 'x5u', 'iss', 'kid']) {
      const token = tokenOf(world.of('TUR'), { header: { [name]: url }, claims: { iss: url } });
      expect(await verifierAt().verify(token)).toBeNull();
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(calls).toBe(0);
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('remembered tokens', () => {
  it('give the same viewer again, without looking for the key', () => {
    let lookups = 0;
    const keys = {
      find: (issuer: string, kid: string) => {
        lookups += 1;
        return world.store.find(issuer, kid);
      },
      refresh: (issuer: string) => world.store.refresh(issuer),
      onChange: (listener: () => void) => world.store.onChange(listener),
    };
    const { verify } = verifierAt({ keys });
    const token = tokenOf(world.of('TUR'));
    expect(verify(token)).toBe(verify(token));
    expect(lookups).toBe(1);
  });

  it('are refused once expired, and once the clock is set back before nbf', () => {
    let now = NOW;
    const { verify, reasons } = verifierAt({ clock: () => now * 1000 });
    const token = tokenOf(world.of('TUR'));
    expect(verify(token)).not.toBeNull();
    now = NOW + 659;
    expect(verify(token)).not.toBeNull();
    now = NOW + 660;
    expect(verify(token)).toBeNull();
    now = NOW - 121;
    expect(verify(token)).toBeNull();
    expect(reasons).toEqual(['time', 'time']);
    now = NOW;
    expect(verify(token)).not.toBeNull();
  });

  it('are refused once revoked, for their issuer alone', () => {
    const revoked = new Set<string>();
    const { verify, reasons } = verifierAt({
      isRevoked: (issuer, tokenId) => revoked.has(`${issuer} ${tokenId}`),
    });
    const [tur, rus] = [tokenOf(world.of('TUR')), tokenOf(world.of('RUS'))];
    expect(verify(tur)).not.toBeNull();
    revoked.add(`${world.of('TUR').issuer} token-1`);
    expect(verify(tur)).toBeNull();
    expect(verify(rus)).not.toBeNull();
    expect(reasons).toEqual(['revoked']);
  });

  it('are forgotten when there are too many', async () => {
    const { verify } = verifierAt({ cacheSize: 2 });
    const tokens = ['a', 'b', 'c'].map((jti) => tokenOf(world.of('TUR'), { claims: { jti } }));
    const [first = ''] = tokens;
    const before = verify(first);
    for (const token of tokens) await verify(token);
    expect(verify(first)).toEqual(before);
    expect(verify(first)).not.toBe(before);
  });

  it('are fast enough not to matter', async () => {
    const { verify } = verifierAt();
    const token = tokenOf(world.of('TUR'));
    await verify(token);
    const start = performance.now();
    for (let turn = 0; turn < 10_000; turn += 1) void verify(token);
    expect((performance.now() - start) / 10_000).toBeLessThan(0.05);
  });
});
