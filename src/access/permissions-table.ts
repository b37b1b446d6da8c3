import {
  isGranted,
  isNationalRole,
  NATIONAL_ROLES,
  NATIONS,
  ROLES,
  type Role,
  SCOPES,
  type Scope,
} from './scopes.js';

const NONE = '–';

function cell(scope: Scope, role: Role): string {
  if (!isNationalRole(role)) return isGranted(scope, role, null) ? 'yes' : NONE;
  const granted = NATIONS.filter((nation) => isGranted(scope, role, nation));
  return granted.length === NATIONS.length ? 'all' : granted.join(' ') || NONE;
}

const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;

function asymmetries(): string[] {
  return SCOPES.flatMap((scope) =>
    NATIONAL_ROLES.flatMap((role) => {
      const having = NATIONS.filter((nation) => isGranted(scope, role, nation));
      const lacking = NATIONS.filter((nation) => !having.includes(nation));
      if (having.length === 0 || lacking.length === 0) return [];
      return [`- \`${scope}\` as ${role}: ${having.join(', ')} may, ${lacking.join(', ')} may not`];
    }),
  );
}

/** The permission table as Markdown, with every right that not all nations have; `schema/permissions.md`. */
export function permissionsMarkdown(): string {
  const unequal = asymmetries();
  return [
    '# Permissions',
    '',
    'Emitted from `src/access/scopes.ts`. A request may do what its role is granted here and its token names',
    'as well. `all` means every nation of TUR, RUS and AZE; INTEGRATOR and PUBLIC belong to no nation.',
    '',
    row(['scope', ...ROLES]),
    row(['---', ...ROLES.map(() => '---')]),
    ...SCOPES.map((scope) => row([`\`${scope}\``, ...ROLES.map((role) => cell(scope, role))])),
    '',
    '## Asymmetries between nations',
    '',
    ...(unequal.length === 0 ? ['None.'] : unequal),
    '',
  ].join('\n');
}
