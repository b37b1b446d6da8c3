import { describe, expect, it } from 'vitest';
import { prefixFromName, withRoleNames } from '../../src/app/role-names.js';

describe('the prefix of roles', () => {
  it.each([
    ['merzili', 'merzili'],
    ['Merzili-2', 'merzili_2'],
    ['Ağdam', 'a_dam'],
    ['2022', '_2022'],
    ['pg_own', '_pg_own'],
    ['x'.repeat(60), 'x'.repeat(40)],
  ])('of the database %s is %s', (database, prefix) => {
    expect(prefixFromName(database)).toBe(prefix);
  });

  it('takes its place in every statement of a migration, and in nothing else', () => {
    const statement =
      'create policy seen_by_merzili_tur on merzili_turnover to merzili_tur, merzili_public, merzili_owner';
    expect(withRoleNames(statement, 'aghdam')).toBe(
      'create policy seen_by_aghdam_tur on merzili_turnover to aghdam_tur, aghdam_public, merzili_owner',
    );
    expect(withRoleNames(statement, 'merzili')).toBe(statement);
  });
});
