import type { DemoIssuer } from '../auth/demo-issuers.js';
import { mintToken } from '../auth/mint.js';
import { isGranted, NATIONAL_ROLES, NATIONS, type Nation, ROLES } from '../domain/scopes.js';
import { vocabularyLabel } from '../i18n/labels.js';
import type { Identity, MintedToken } from './identity.js';

const LIFETIME_SECONDS = 3_600;

const CENTRE_ROLES = ROLES.filter((role) => !NATIONAL_ROLES.some((national) => national === role));

const ADJECTIVE: Readonly<Record<Nation, string>> = { TUR: 'Turkish', RUS: 'Russian', AZE: 'Azerbaijani' };

/** The identities that GraphiQL offers in demo mode. */
export const DEMO_IDENTITIES: readonly Identity[] = [
  ...NATIONS.flatMap((nation) =>
    NATIONAL_ROLES.filter((role) => isGranted('reference:read', role, nation)).map((role) => ({
      label: `${ADJECTIVE[nation]} ${vocabularyLabel('EN', 'Role', role)}`,
      nation,
      role,
    })),
  ),
  ...CENTRE_ROLES.map((role) => ({
    label: capitalized(vocabularyLabel('EN', 'Role', role)),
    nation: null,
    role,
  })),
];

function capitalized(label: string): string {
  return label.charAt(0).toUpperCase() + label.slice(1);
}

/** Mints a token of a demo identity, without a language, so that the choice of the page applies. */
export function mintDemoToken(issuers: readonly DemoIssuer[], { nation, role }: Identity): MintedToken {
  const issuer = issuers.find((candidate) => candidate.nation === nation);
  if (!issuer) throw new Error(`No demo issuer for ${nation ?? 'the Centre'}`);
  const issuedAt = new Date();
  const token = mintToken({
    ...issuer,
    role,
    subject: `demo-${role.toLowerCase().replaceAll('_', '-')}`,
    ttlSeconds: LIFETIME_SECONDS,
    issuedAt,
  });
  return { token, expiresAt: new Date(issuedAt.getTime() + LIFETIME_SECONDS * 1_000) };
}
