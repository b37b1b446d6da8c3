import { expect, it } from 'vitest';
import type { LoginWatch } from '../../src/app/login-watch.js';
import type { MigrationCheck } from '../../src/app/migration-check.js';
import { readReadiness } from '../../src/app/readiness.js';
import type { KeyStatus, KeyStore } from '../../src/auth/jwks.js';
import type { Readers } from '../../src/database/readers.js';

const readers: Pick<Readers, 'ping'> = { ping: async () => true };
const database: Pick<MigrationCheck, 'problem'> = { problem: async () => null };
const logins: Pick<LoginWatch, 'problem'> = { problem: async () => null };
const statusOf = (nation: KeyStatus['nation'], keys: number, hasHadKeys = keys > 0): KeyStatus => ({
  issuer: `https://${nation ?? 'centre'}.example`,
  nation,
  ok: true,
  since: new Date(),
  keys,
  hasHadKeys,
});

async function read(...issuers: KeyStatus[]) {
  const keys: Pick<KeyStore, 'status'> = { status: () => issuers };
  const { isReady, status } = await readReadiness(readers, database, logins, keys);
  return { isReady, status };
}

it('is not ready while a nation or the Centre has had no key', async () => {
  expect(await read(statusOf('TUR', 1), statusOf('RUS', 0))).toEqual({
    isReady: false,
    status: 'no public key of RUS',
  });
  expect(await read(statusOf('TUR', 1), statusOf(null, 0))).toMatchObject({ isReady: false });
  expect(await read(statusOf('TUR', 0), statusOf('TUR', 2))).toMatchObject({ isReady: true });
});

it('stays ready when a nation withdraws its keys later', async () => {
  expect(await read(statusOf('TUR', 1), statusOf('RUS', 0, true))).toEqual({
    isReady: true,
    status: 'ready',
  });
});
