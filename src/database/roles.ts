import { createHmac } from 'node:crypto';
import type { Audience } from '../domain/scopes.js';

/** The login role of each audience. Row policies depend on it. It owns nothing and bypasses no policy. */
export const ROLE_OF = {
  TUR: 'merzili_tur',
  RUS: 'merzili_rus',
  AZE: 'merzili_aze',
  PUBLIC: 'merzili_public',
} as const satisfies Record<Audience, string>;

/** Stores the budgets of subjects and the order of events. It sees no records. */
export const DEMAND_ROLE = 'merzili_demand';

/** All roles the server logs in as, besides the owner. */
export const LOGIN_ROLES: readonly string[] = [...Object.values(ROLE_OF), DEMAND_ROLE];

/** Password of a login role, derived from the secret of the installation, so that every process knows it. */
export function passwordOf(secret: string, role: string): string {
  return createHmac('sha256', secret).update(`database role ${role}`).digest('base64url');
}

/** A connection string and the role that it must log in as. */
export interface RoleLogin {
  readonly connectionString: string;
  readonly role: string;
}

/**
 * Parameters of the connection string of the owner that locate the database. All others are dropped, because they
 * could override the role, password or time limits that are set here.
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

/** The login of a role, made from the connection string of the owner. */
export function loginAs(ownerUrl: string, secret: string, role: string): RoleLogin {
  const url = new URL(ownerUrl);
  for (const name of [...url.searchParams.keys()]) {
    if (!ADDRESS_PARAMETERS.has(name)) url.searchParams.delete(name);
  }
  const password = passwordOf(secret, role);
  if (url.hostname === '') {
    // A URL without a host, for Unix sockets, cannot hold a user before the host.
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
