import { createHmac } from 'node:crypto';
import type { Audience } from '../domain/scopes.js';

/** The login role of each audience. Row policies look at it; it owns nothing and bypasses nothing. */
export const ROLE_OF = {
  TUR: 'merzili_tur',
  RUS: 'merzili_rus',
  AZE: 'merzili_aze',
  PUBLIC: 'merzili_public',
} as const satisfies Record<Audience, string>;

/** Keeps subjects' budgets and the order of events. It sees nothing of the record. */
export const DEMAND_ROLE = 'merzili_demand';

/** Every role the server logs in as, besides the owner. */
export const LOGIN_ROLES: readonly string[] = [...Object.values(ROLE_OF), DEMAND_ROLE];

/** Password of a login role. It is derived from the installation's secret, so that every process knows it. */
export function passwordOf(secret: string, role: string): string {
  return createHmac('sha256', secret).update(`database role ${role}`).digest('base64url');
}

/** A connection string, and the role that it must log in. */
export interface RoleLogin {
  readonly connectionString: string;
  readonly role: string;
}

/**
 * Parameters of the owner's connection string that say where the database is and how to reach it. All others would
 * override what we set for a role, such as its name, its password and its time limits.
 */
const ADDRESS_PARAMETERS: ReadonlySet<string> = new Set([
  'host',
  'port',
  'ssl',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'sslnegotiation',
  'uselibpqcompat',
]);

/** The owner's connection string, turned into the login of a role. */
export function loginAs(ownerUrl: string, secret: string, role: string): RoleLogin {
  const url = new URL(ownerUrl);
  for (const name of [...url.searchParams.keys()]) {
    if (!ADDRESS_PARAMETERS.has(name)) url.searchParams.delete(name);
  }
  const password = passwordOf(secret, role);
  if (url.hostname === '') {
    // A URL without a host, as for Unix sockets, takes no user before it.
    url.searchParams.set('user', role);
    url.searchParams.set('password', password);
  } else {
    url.username = role;
    url.password = password;
  }
  return { connectionString: url.href, role };
}

/** Connection string of a login role. */
export function loginUrl(ownerUrl: string, secret: string, role: string): string {
  return loginAs(ownerUrl, secret, role).connectionString;
}

/** Connection string of an audience's login role. */
export function roleUrl(ownerUrl: string, secret: string, audience: Audience): string {
  return loginUrl(ownerUrl, secret, ROLE_OF[audience]);
}
