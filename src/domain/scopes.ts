/**
 * The permission table of the Centre. `schema/permissions.md` is emitted from it. `test/permissions/expectations.ts`
 * repeats it by hand.
 */

export const NATIONS = ['TUR', 'RUS', 'AZE'] as const;
export type Nation = (typeof NATIONS)[number];

/** Audiences that a record can be visible to. */
export const AUDIENCES = ['TUR', 'RUS', 'AZE', 'PUBLIC'] as const;
export type Audience = (typeof AUDIENCES)[number];

export const ROLES = [
  'LIAISON_OFFICER',
  'DUTY_OFFICER',
  'CONTINGENT_HEAD',
  'NATIONAL_ADMIN',
  'INTEGRATOR',
  'PUBLIC',
] as const;
export type Role = (typeof ROLES)[number];

/** Roles of the issuers of nations. The other roles are those of the issuer of the Centre. */
export const NATIONAL_ROLES = [
  'LIAISON_OFFICER',
  'DUTY_OFFICER',
  'CONTINGENT_HEAD',
  'NATIONAL_ADMIN',
] as const;
type NationalRole = (typeof NATIONAL_ROLES)[number];

export const SCOPES = [
  'reference:read',
  'incident:read',
  'incident:position',
  'incident:report',
  'incident:amend',
  'incident:retract',
  'incident:translate',
  'incident:assess',
  'incident:release',
  'provision:assess',
  'official:contact',
  'statistics:read',
  'incident:export',
  'audit:read',
  'token:revoke',
  'schema:introspect',
] as const;
export type Scope = (typeof SCOPES)[number];

/** Grants: for a national role its nations, for a role of the Centre yes or no. */
type Grants = Partial<Record<NationalRole, readonly Nation[]> & Record<'INTEGRATOR' | 'PUBLIC', true>>;

const ALL = NATIONS;
/** The two nations that run the Centre. The host nation does not belong to the joint command. */
export const JOINT_COMMAND = ['TUR', 'RUS'] as const satisfies readonly Nation[];

const OFFICERS = { LIAISON_OFFICER: ALL, DUTY_OFFICER: ALL, CONTINGENT_HEAD: ALL } satisfies Grants;

export const GRANTS = {
  'reference:read': { ...OFFICERS, NATIONAL_ADMIN: ALL, INTEGRATOR: true, PUBLIC: true },
  'incident:read': { ...OFFICERS, INTEGRATOR: true, PUBLIC: true },
  'incident:position': OFFICERS,
  'incident:report': OFFICERS,
  'incident:amend': OFFICERS,
  'incident:retract': OFFICERS,
  'incident:translate': OFFICERS,
  'incident:assess': { CONTINGENT_HEAD: JOINT_COMMAND },
  'incident:release': { CONTINGENT_HEAD: JOINT_COMMAND },
  'provision:assess': { CONTINGENT_HEAD: JOINT_COMMAND },
  'official:contact': { ...OFFICERS, NATIONAL_ADMIN: ALL },
  'statistics:read': { ...OFFICERS, INTEGRATOR: true, PUBLIC: true },
  'incident:export': { ...OFFICERS, INTEGRATOR: true },
  'audit:read': { CONTINGENT_HEAD: ALL, NATIONAL_ADMIN: ALL },
  'token:revoke': { NATIONAL_ADMIN: ALL },
  'schema:introspect': { INTEGRATOR: true },
} as const satisfies Record<Scope, Grants>;

export function isNationalRole(role: Role): role is NationalRole {
  return NATIONAL_ROLES.some((national) => national === role);
}

/** Whether the table grants `scope` to `role` of `nation` (null for the Centre's own roles). */
export function isGranted(scope: Scope, role: Role, nation: Nation | null): boolean {
  const grants: Grants = GRANTS[scope];
  if (isNationalRole(role)) return nation !== null && (grants[role]?.includes(nation) ?? false);
  return nation === null && grants[role] === true;
}

/** All scopes of a role of a nation, in the order of the table. */
export function scopesOf(role: Role, nation: Nation | null): Scope[] {
  return SCOPES.filter((scope) => isGranted(scope, role, nation));
}
