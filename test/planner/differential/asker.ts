import { GraphQLError } from 'graphql';
import type { Locale } from '../../../src/domain/locale.js';
import { type Audience, type Nation, type Role, type Scope, scopesOf } from '../../../src/domain/scopes.js';

/** Who asks, as the oracle sees it. */
export interface Asker {
  readonly nation: Nation | null;
  readonly audience: Audience;
  readonly role: Role;
  readonly subject: string;
  readonly issuer: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly locale: Locale;
  readonly expiresAt: Date;
}

export const ISSUER = 'https://issuer.example';
export const HEAD_SUBJECT = `head "o'f" contingent`;
/** Subject at its issuer, as records keep who wrote them. */
export const HEAD_IDENTITY = `${ISSUER} ${HEAD_SUBJECT}`;

function asker(nation: Nation | null, role: Role, locale: Locale, scopes?: readonly Scope[]): Asker {
  return {
    nation,
    audience: nation ?? 'PUBLIC',
    role,
    locale,
    subject: role === 'CONTINGENT_HEAD' ? HEAD_SUBJECT : role.toLowerCase(),
    issuer: ISSUER,
    scopes: new Set(scopesOf(role, nation).filter((scope) => scopes === undefined || scopes.includes(scope))),
    expiresAt: new Date(Date.UTC(2030, 0, 1)),
  };
}

/** Every role of every audience that reads differently, and tokens that ask for less than their role has. */
export const ASKERS: readonly Asker[] = [
  asker('TUR', 'LIAISON_OFFICER', 'TR'),
  asker('TUR', 'CONTINGENT_HEAD', 'EN'),
  asker('RUS', 'CONTINGENT_HEAD', 'RU'),
  asker('RUS', 'DUTY_OFFICER', 'AZ'),
  asker('AZE', 'LIAISON_OFFICER', 'AZ'),
  asker('AZE', 'CONTINGENT_HEAD', 'TR'),
  asker(null, 'PUBLIC', 'EN'),
  asker(null, 'PUBLIC', 'RU'),
  asker(null, 'INTEGRATOR', 'TR'),
  asker('TUR', 'NATIONAL_ADMIN', 'TR'),
  asker('AZE', 'NATIONAL_ADMIN', 'EN'),
  asker('TUR', 'LIAISON_OFFICER', 'RU', ['incident:read', 'incident:position']),
  asker('RUS', 'LIAISON_OFFICER', 'RU', ['reference:read', 'incident:read', 'statistics:read']),
  asker('AZE', 'DUTY_OFFICER', 'AZ', ['reference:read']),
  asker('TUR', 'DUTY_OFFICER', 'TR', ['statistics:read']),
];

export function refusal(scope: Scope): GraphQLError {
  return new GraphQLError(`needs ${scope}`, { extensions: { code: 'FORBIDDEN', scope } });
}

const TYPE_SCOPES: Readonly<Record<string, Scope>> = {
  ...Object.fromEntries(
    [
      'Party',
      'Official',
      'Appointment',
      'Agreement',
      'Provision',
      'ProvisionDeadline',
      'ProvisionAssessment',
      'Place',
      'Centre',
      'Contingent',
      'Node',
      'Vocabulary',
      'OfficialConnection',
      'PlaceConnection',
    ].map((type) => [type, 'reference:read' as const]),
  ),
  ...Object.fromEntries(
    ['Incident', 'Claim', 'Casualties', 'Assessment', 'Revision', 'IncidentConnection'].map((type) => [
      type,
      'incident:read' as const,
    ]),
  ),
  OfficialContact: 'official:contact',
  Position: 'incident:position',
  IncidentStatistic: 'statistics:read',
};

/** The scope a field needs that answers with this type. */
export function scopeFor(typeName: string): Scope | undefined {
  return TYPE_SCOPES[typeName];
}
