import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, startApp } from '../../support/app.js';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.stop());

const REVOKE =
  'mutation ($jti: String!) { revokeToken(input: { jti: $jti }) { revoked userErrors { code field } } }';

it('revoking refuses a blank jti and one that no token can have', async () => {
  const admin = app.as('AZE', 'NATIONAL_ADMIN');
  for (const [jti, code] of [
    [' ', 'REQUIRED'],
    ['x'.repeat(129), 'TOO_LONG'],
    ['a\u0007b', 'INVALID'],
  ]) {
    const { data } = await admin.query(REVOKE, { jti });
    expect(data.revokeToken).toEqual({ revoked: false, userErrors: [{ code, field: ['input', 'jti'] }] });
  }
});

it('revoking is for administrators of a nation alone', async () => {
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
