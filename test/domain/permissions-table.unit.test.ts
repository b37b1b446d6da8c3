import { describe, expect, it } from 'vitest';
import { permissionsMarkdown } from '../../src/domain/permissions-table.js';
import { isGranted, NATIONS, ROLES, SCOPES, scopesOf } from '../../src/domain/scopes.js';
import { EXPECTED_GRANTS, EXPECTED_ROLES, nationsIn } from '../permissions/expectations.js';

describe('the permission table', () => {
  it('has the scopes and roles of the table written by hand', () => {
    expect([...SCOPES]).toEqual(Object.keys(EXPECTED_GRANTS));
    expect([...ROLES]).toEqual([...EXPECTED_ROLES]);
  });

  const cells = Object.entries(EXPECTED_GRANTS).flatMap(([scope, row]) =>
    row.map((cell, column) => ({ scope, role: EXPECTED_ROLES[column], cell })),
  );

  it.each(cells)('grants $scope to $role: $cell', ({ scope: scopeName, role: roleName, cell }) => {
    const scope = SCOPES.find((known) => known === scopeName);
    const role = ROLES.find((known) => known === roleName);
    if (scope === undefined || role === undefined) throw new Error('not in the table');
    const granted = [...NATIONS, null].filter((nation) => isGranted(scope, role, nation));
    expect(granted).toEqual(nationsIn(cell));
  });

  it('gives TUR and RUS the same rights, role by role', () => {
    for (const role of ROLES) expect(scopesOf(role, 'TUR')).toEqual(scopesOf(role, 'RUS'));
    expect(scopesOf('CONTINGENT_HEAD', 'AZE')).not.toEqual(scopesOf('CONTINGENT_HEAD', 'TUR'));
  });

  it('lists every asymmetry between nations, and no other', () => {
    const [, listed = ''] = permissionsMarkdown().split(
      /## (?:Asymmetries between nations|Actions on an incident)/,
    );
    expect(listed.trim().split('\n')).toEqual(
      ['incident:assess', 'incident:release', 'provision:assess'].map(
        (scope) => `- \`${scope}\` as CONTINGENT_HEAD: TUR, RUS may, AZE may not`,
      ),
    );
  });
});
