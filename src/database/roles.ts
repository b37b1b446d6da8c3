import { createHmac } from 'node:crypto';
import type { Audience } from '../domain/scopes.js';

/** The login role of each audience. Row policies look at it; it owns nothing and bypasses nothing. */
export const ROLE_OF = {
  TUR: 'merzili_tur',
  RUS: 'merzili_rus',
  AZE: 'merzili_aze',
  PUBLIC: 'merzili_public',
} as const satisfies Record<Audience, string>;

/** Counts what subjects ask for, and sees nothing of the record. */
export const DEMAND_ROLE = 'merzili_demand';

/** Every role the server logs in as, besides the owner. */
export const LOGIN_ROLES: readonly string[] = [...Object.values(ROLE_OF), DEMAND_ROLE];

/**
 * Password of a login role: derived from the installation's secret, so that every process knows it
 * and none has to be told.
 */
export function passwordOf(secret: string, role: string): string {
  return createHmac('sha256', secret).update(`database role ${role}`).digest('base64url');
}

/** The owner's connection string, turned into that of a login role. */
export function loginUrl(ownerUrl: string, secret: string, role: string): string {
  const url = new URL(ownerUrl);
  url.username = role;
  url.password = passwordOf(secret, role);
  return url.href;
}

/** The owner's connection string, turned into the audience's. */
export function roleUrl(ownerUrl: string, secret: string, audience: Audience): string {
  return loginUrl(ownerUrl, secret, ROLE_OF[audience]);
}
