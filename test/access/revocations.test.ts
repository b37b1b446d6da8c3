import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, startApp } from '../support/app.js';

let app: App;
let second: App;
beforeAll(async () => {
  app = await startApp();
  second = await startApp({ database: app.database });
});
afterAll(async () => {
  await second?.stop();
  await app?.stop();
});

const REVOKE =
  'mutation ($jti: String!) { revokeToken(input: { jti: $jti }) { revoked userErrors { code field } } }';
const jtiOf = (token: string): string =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()).jti;
const statusOf = async (caller: ReturnType<App['as']>) =>
  (await caller.query('{ viewer { subject } }')).status;

it("a nation's administrator revokes its own nation's tokens on every server within 2 s, and no other's", async () => {
  const admin = app.as('TUR', 'NATIONAL_ADMIN');
  const own = app.as('TUR', 'DUTY_OFFICER');
  const foreign = app.as('RUS', 'DUTY_OFFICER');
  for (const { token } of [own, foreign]) {
    const { data } = await admin.query(REVOKE, { jti: jtiOf(token) });
    expect(data.revokeToken).toEqual({ revoked: true, userErrors: [] });
  }
  expect((await admin.query(REVOKE, { jti: jtiOf(own.token) })).data.revokeToken.revoked).toBe(true);
  await expect.poll(() => statusOf(own), { timeout: 2_000 }).toBe(401);
  expect(await statusOf(foreign)).toBe(200);
  expect(await statusOf(admin)).toBe(200);
  const sameElsewhere = await fetch(`${second.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${own.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ viewer { subject } }' }),
  });
  expect(sameElsewhere.status).toBe(401);
});

it('refuses a blank jti, and everybody who is no administrator', async () => {
  const { data } = await app.as('AZE', 'NATIONAL_ADMIN').query(REVOKE, { jti: ' ' });
  expect(data.revokeToken).toEqual({
    revoked: false,
    userErrors: [{ code: 'REQUIRED', field: ['input', 'jti'] }],
  });
  for (const [nation, role] of [
    ['TUR', 'CONTINGENT_HEAD'],
    ['RUS', 'DUTY_OFFICER'],
    [null, 'INTEGRATOR'],
  ] as const) {
    const { errors } = await app.as(nation, role).query(REVOKE, { jti: 'x' });
    expect(errors.map(({ extensions }) => [extensions.code, extensions.scope])).toEqual([
      ['FORBIDDEN', 'token:revoke'],
    ]);
  }
});
