import { createHmac } from 'node:crypto';
import type { Audience } from '../access/scopes.js';

/** The login role of each audience. Row policies look at it; it owns nothing and bypasses nothing. */
export const ROLE_OF = {
  TUR: 'merzili_tur',
  RUS: 'merzili_rus',
  AZE: 'merzili_aze',
  PUBLIC: 'merzili_public',
} as const satisfies Record<Audience, string>;

/**
 * Password of an audience's role: derived from the installation's secret, so that every process knows it
 * and none has to be told.
 */
export function rolePassword(secret: string, audience: Audience): string {
  return createHmac('sha256', secret).update(`database role ${ROLE_OF[audience]}`).digest('base64url');
}

/** The owner's connection string, turned into the audience's. */
export function roleUrl(ownerUrl: string, secret: string, audience: Audience): string {
  const url = new URL(ownerUrl);
  url.username = ROLE_OF[audience];
  url.password = rolePassword(secret, audience);
  return url.href;
}
