import { expect, it } from 'vitest';
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
