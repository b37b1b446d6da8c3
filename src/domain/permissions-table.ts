import { incidentRulesMarkdown } from './incident-rules.js';
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

/** Rules of records that treat nations differently, in addition to the table. */
const RULES_BY_NATION = [
  'Filing: TUR and RUS may be named in `releaseTo`; AZE sees a report of others by release alone.',
  'Release to TUR or RUS: by the other of the two, of its own record; AZE shows its record to them when filing it.',
  'Release to AZE or PUBLIC: takes the consent of TUR and of RUS, and not that of AZE, whosever record it is.',
  'Consents to a release are seen by TUR and RUS.',
  'The joint status of a record or a provision follows from the assessments of TUR and RUS.',
  '`Incident.releasedTo` is read by TUR and RUS of every record they see, by AZE of its own.',
  'RELEASED events tell TUR and RUS of every release of a record they see, AZE of its own records and of releases to itself.',
  "Where neither token nor request names a language, it is the nation's own.",
] as const;

/**
 * The permission table as Markdown for `schema/permissions.md`: rights that not all nations have, and rules that
 * treat nations differently.
 */
export function permissionsMarkdown(): string {
  const unequal = asymmetries();
  return [
    '# Permissions',
    '',
    'Emitted from `src/domain/scopes.ts` and `incident-rules.ts`. A request may do what its role is granted here and its token names',
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
    '## Actions on an incident',
    '',
    'Besides the scope, on a record that the viewer sees; `Incident.viewerActions` lists what is possible now.',
    '',
    ...incidentRulesMarkdown(),
    '',
    '## Rules that differ between nations',
    '',
    'Between TUR and RUS there is none: under the names and bits of either, the database holds both to the same.',
    '',
    ...RULES_BY_NATION.map((rule) => `- ${rule}`),
    '',
  ].join('\n');
}
