import 'reflect-metadata';
import { createPrivateKey } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt } from 'jose';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { type DemoIssuers, openDemoIssuers } from '../../../src/auth/demo-issuers.js';
import { generateKeys, mintToken } from '../../../src/auth/mint.js';
import { isNationalRole, type Nation, type Role } from '../../../src/domain/scopes.js';
import { merzili } from '../../cli/command-line.js';
import { type App, startApp } from '../../support/app.js';
import { createDatabase, type TestDatabase } from '../../support/databases.js';

/** What the rules promise: every process follows within two seconds. */
const FOLLOWED_MS = 2_000;

let dataDir: string;
let demo: DemoIssuers;
let database: TestDatabase;
/** Two servers on one database, as two processes would be. */
let servers: App[];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'merzili-revocation-'));
  demo = await openDemoIssuers(dataDir);
  database = await createDatabase(inject('ownerUrl'), { template: inject('template') });
  servers = [];
  for (let count = 0; count < 2; count += 1) {
    servers.push(await startApp({ database, config: { issuersFile: demo.file } }));
  }
});

afterAll(async () => {
  for (const server of servers ?? []) await server.stop();
  await database?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

function mint(nation: Nation | null, role: Role): string {
  const issuer = demo.issuers.find((each) => each.nation === (isNationalRole(role) ? nation : null));
  if (!issuer) throw new Error(`No issuer of ${nation}`);
  return mintToken({ ...issuer, role, subject: 'somebody' });
}

const tokenId = (token: string): string => String(decodeJwt(token).jti);

async function ask(server: App, token: string, query: string, variables: object = {}) {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const body: unknown = await response.json();
  return { status: response.status, body };
}

const statuses = (token: string): Promise<number[]> =>
  Promise.all(servers.map(async (server) => (await ask(server, token, '{ viewer { subject } }')).status));

/** Waits until every server answers with the status, and says how long that took. */
async function followed(token: string, status: number): Promise<number> {
  const start = Date.now();
  while ((await statuses(token)).some((each) => each !== status)) {
    if (Date.now() - start > 2 * FOLLOWED_MS) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return Date.now() - start;
}

const command = (line: string, administrator?: string) =>
  merzili(line.split(' '), {
    env: {
      DATABASE_URL: database.url,
      MERZILI_DATABASE_SECRET: inject('secret'),
      MERZILI_ISSUERS: demo.file,
      ...(administrator === undefined ? {} : { MERZILI_TOKEN: administrator }),
    },
  });

const REVOKE =
  'mutation ($jti: String!) { revokeToken(input: { jti: $jti }) { revoked userErrors { code } } }';

describe('revokeToken', () => {
  it('has every server refuse the token within two seconds, and no other', async () => {
    const [first] = servers;
    if (!first) throw new Error('No server');
    const stolen = mint('TUR', 'LIAISON_OFFICER');
    const other = mint('TUR', 'LIAISON_OFFICER');
    expect(await statuses(stolen)).toEqual([200, 200]);
    const { body } = await ask(first, mint('TUR', 'NATIONAL_ADMIN'), REVOKE, { jti: tokenId(stolen) });
    expect(body).toMatchObject({ data: { revokeToken: { revoked: true, userErrors: [] } } });
    expect(await followed(stolen, 401)).toBeLessThan(FOLLOWED_MS);
    expect(await statuses(other)).toEqual([200, 200]);
    const [row] = await first.sql(
      'select nation, token_id, revoked_by from revoked_token where token_id = $1',
      [tokenId(stolen)],
    );
    expect(row).toMatchObject({ nation: 'TUR', revoked_by: 'https://tur.issuer.merzili.example somebody' });
  });

  it('revokes a jti that was revoked long ago and has come back', async () => {
    const [first] = servers;
    if (!first) throw new Error('No server');
    const token = mint('RUS', 'DUTY_OFFICER');
    await first.sql("insert into revoked_token values ('RUS', $1, 'somebody', now() - interval '1 day')", [
      tokenId(token),
    ]);
    expect(await statuses(token)).toEqual([200, 200]);
    const { body } = await ask(first, mint('RUS', 'NATIONAL_ADMIN'), REVOKE, { jti: tokenId(token) });
    expect(body).toMatchObject({ data: { revokeToken: { revoked: true } } });
    expect(await followed(token, 401)).toBeLessThan(FOLLOWED_MS);
  });

  it('answers alike for tokens of other nations and for unknown ones, and touches neither', async () => {
    const [first] = servers;
    if (!first) throw new Error('No server');
    const foreign = mint('RUS', 'CONTINGENT_HEAD');
    const administrator = mint('TUR', 'NATIONAL_ADMIN');
    const answers = await Promise.all(
      [tokenId(foreign), 'c0ffee00-0000-4000-8000-000000000000'].map((jti) =>
        ask(first, administrator, REVOKE, { jti }),
      ),
    );
    expect(answers[0]).toEqual(answers[1]);
    await new Promise((resolve) => setTimeout(resolve, FOLLOWED_MS));
    expect(await statuses(foreign)).toEqual([200, 200]);
  });

  it.each([
    ['TUR', 'CONTINGENT_HEAD'],
    ['RUS', 'DUTY_OFFICER'],
    ['AZE', 'LIAISON_OFFICER'],
    [null, 'INTEGRATOR'],
    [null, 'PUBLIC'],
  ] as const)('is not for %s %s', async (nation, role) => {
    const [first] = servers;
    if (!first) throw new Error('No server');
    const { body } = await ask(first, mint(nation, role), REVOKE, { jti: 'x' });
    expect(body).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN', scope: 'token:revoke', role } }],
    });
  });
});

describe('token revoke', () => {
  it('revokes like the mutation', async () => {
    const stolen = mint('AZE', 'DUTY_OFFICER');
    expect(await statuses(stolen)).toEqual([200, 200]);
    const line = `token revoke --nation AZE --jti ${tokenId(stolen)}`;
    expect(await command(line, mint('AZE', 'NATIONAL_ADMIN'))).toMatchObject({ code: 0 });
    expect(await followed(stolen, 401)).toBeLessThan(FOLLOWED_MS);
  });

  it('refuses everybody but the administrator of that nation, in the same words', async () => {
    const refusals = [];
    for (const token of [
      mint('RUS', 'NATIONAL_ADMIN'),
      mint('TUR', 'CONTINGENT_HEAD'),
      mint(null, 'INTEGRATOR'),
      'nonsense',
      undefined,
    ]) {
      refusals.push(await command('token revoke --nation TUR --jti x', token));
    }
    for (const refusal of refusals) expect(refusal).toEqual(refusals[0]);
    expect(refusals[0]).toMatchObject({ code: 1, stdout: '' });
  });

  it('refuses an administrator whose own token is revoked', async () => {
    const administrator = mint('RUS', 'NATIONAL_ADMIN');
    const line = `token revoke --nation RUS --jti ${tokenId(administrator)}`;
    expect(await command(line, administrator)).toMatchObject({ code: 0 });
    expect(await command('issuer freeze --nation RUS', administrator)).toMatchObject({ code: 1 });
  });
});

describe('issuer freeze', () => {
  const jwksFile = (): string => join(dataDir, 'issuers', 'tur.jwks.json');
  const turkish = () => {
    const issuer = demo.issuers.find(({ nation }) => nation === 'TUR');
    if (!issuer) throw new Error('No issuer of TUR');
    return issuer;
  };
  let published: string;

  beforeAll(async () => {
    published = await readFile(jwksFile(), 'utf8');
  });
  afterEach(async () => {
    await writeFile(jwksFile(), published);
    await servers[0]?.sql('delete from issuer_freeze');
  });

  /** Publishes a new key of TUR beside the others, and answers an administrator's token of it. */
  async function publishNewKey(): Promise<string> {
    const { privateJwk, publicJwks } = generateKeys();
    await writeFile(
      jwksFile(),
      JSON.stringify({ keys: [...JSON.parse(published).keys, ...publicJwks.keys] }),
    );
    const privateKey = createPrivateKey({ key: privateJwk, format: 'jwk' });
    const kid = String(privateJwk.kid);
    return mintToken({ ...turkish(), kid, privateKey, role: 'NATIONAL_ADMIN', subject: 'somebody' });
  }

  it('refuses every token of the nation and of no other, until it is lifted', async () => {
    const officers = [mint('TUR', 'LIAISON_OFFICER'), mint('TUR', 'CONTINGENT_HEAD')];
    const others = [mint('RUS', 'LIAISON_OFFICER'), mint('AZE', 'LIAISON_OFFICER'), mint(null, 'PUBLIC')];
    const administrator = mint('TUR', 'NATIONAL_ADMIN');
    expect(await command('issuer freeze --nation TUR', administrator)).toMatchObject({ code: 0 });
    for (const token of officers) expect(await followed(token, 401)).toBeLessThan(FOLLOWED_MS);
    expect(await followed(mint('TUR', 'NATIONAL_ADMIN'), 401)).toBeLessThan(FOLLOWED_MS);
    for (const token of others) expect(await statuses(token)).toEqual([200, 200]);

    expect(await command('issuer unfreeze --nation TUR', mint('RUS', 'NATIONAL_ADMIN'))).toMatchObject({
      code: 1,
    });
    expect(await command('issuer unfreeze --nation TUR', await publishNewKey())).toMatchObject({ code: 0 });
    for (const token of officers) expect(await followed(token, 200)).toBeLessThan(FOLLOWED_MS);
  });

  it('is lifted and used by no token of a frozen key, whenever it was signed', async () => {
    const before = mint('TUR', 'NATIONAL_ADMIN');
    expect(await command('issuer freeze --nation TUR', mint('TUR', 'NATIONAL_ADMIN'))).toMatchObject({
      code: 0,
    });
    await publishNewKey();
    for (const token of [before, mint('TUR', 'NATIONAL_ADMIN')]) {
      for (const action of ['issuer unfreeze', 'issuer freeze', 'token revoke --jti x']) {
        expect(await command(`${action} --nation TUR`, token)).toMatchObject({
          code: 1,
          stdout: '',
          stderr: expect.stringContaining('TUR is frozen'),
        });
      }
    }
  });

  it('is not lifted by a frozen key that is published under another kid', async () => {
    expect(await command('issuer freeze --nation TUR', mint('TUR', 'NATIONAL_ADMIN'))).toMatchObject({
      code: 0,
    });
    const [key] = JSON.parse(published).keys;
    await writeFile(jwksFile(), JSON.stringify({ keys: [{ ...key, kid: 'another' }] }));
    const token = mintToken({
      ...turkish(),
      kid: 'another',
      role: 'NATIONAL_ADMIN',
      subject: 'somebody',
    });
    expect(await command('issuer unfreeze --nation TUR', token)).toMatchObject({ code: 1 });
  });

  it('of a version that did not note the keys is lifted by no token', async () => {
    await servers[0]?.sql(
      "insert into issuer_freeze (nation, frozen_by, frozen_at) values ('TUR', 'somebody', now())",
    );
    expect(await command('issuer unfreeze --nation TUR', await publishNewKey())).toMatchObject({ code: 1 });
  });
});
