import { expect, it, vi } from 'vitest';
import { unavailable } from '../../../src/database/unavailable.js';
import { followRevocations } from '../../../src/modules/tokens/revocations.js';

const ISSUER = 'https://tur.issuer.example';
const ISSUERS = [
  { issuer: ISSUER, nation: 'TUR', roles: [], jwks: { kind: 'file', path: 'tur.json' } },
] as const;
const ANSWER = JSON.stringify({ isFrozen: false, tokenIds: ['stolen'] });

it('a start waits for a database that hesitates, and knows the revocations then', async () => {
  let asked = 0;
  const revocations = await followRevocations(ISSUERS, async () => {
    asked += 1;
    if (asked <= 4) throw unavailable();
    return [Buffer.from(ANSWER)];
  });
  expect(revocations.isRevoked(ISSUER, 'stolen')).toBe(true);
  revocations.close();
});

it('a start does not go on without them when something else is wrong', async () => {
  const broken = followRevocations(ISSUERS, async () => {
    throw new Error('no such table');
  });
  await expect(broken).rejects.toThrow('no such table');
});

it('a nation that cannot be read keeps no other nation back, and what was known of it stays in force', async () => {
  let isFrozen = false;
  const revocations = await followRevocations(ISSUERS, async (nation) => {
    if (isFrozen && nation !== 'TUR') throw unavailable();
    return [Buffer.from(JSON.stringify({ isFrozen, tokenIds: [] }))];
  });
  expect(revocations.isRevoked(ISSUER, 'any')).toBe(false);
  isFrozen = true;
  await vi.waitFor(() => expect(revocations.isRevoked(ISSUER, 'any')).toBe(true), 5_000);
  revocations.close();
});

it('reads all revocations at first, then those since the last read, and forgets none', async () => {
  const seconds: unknown[] = [];
  const revocations = await followRevocations(ISSUERS, async (nation, { values }) => {
    if (nation === 'TUR') seconds.push(values[0]);
    return [Buffer.from(JSON.stringify({ isFrozen: false, tokenIds: seconds.length < 2 ? ['stolen'] : [] }))];
  });
  await vi.waitFor(() => expect(seconds.length).toBeGreaterThan(2), 5_000);
  revocations.close();
  expect(seconds[0]).toBe(7_200);
  expect(seconds.slice(1).every((each) => Number(each) < 120)).toBe(true);
  expect(revocations.isRevoked(ISSUER, 'stolen')).toBe(true);
});
