import { createHmac } from 'node:crypto';
import type { Audience } from '../domain/scopes.js';
import type { LoginObserver } from './login-refusal.js';

/** Where the database is, and what the logins of its roles are made from. */
export interface Installation {
  /** Connection string of the role that owns the database. */
  readonly ownerUrl: string;
  /** Secret of the installation, which the passwords of its roles derive from. */
  readonly secret: string;
  /** First part of the names of its roles, so that installations in one cluster have roles of their own. */
  readonly rolePrefix: string;
  /** Receives the outcome of each login of a role. */
  readonly observer?: LoginObserver;
}

/**
 * The login role of each audience, without the prefix of the installation. Row policies depend on it. It owns nothing and
 * bypasses no policy.
 */
export const ROLE_OF = {
  TUR: 'tur',
  RUS: 'rus',
  AZE: 'aze',
  PUBLIC: 'public',
} as const satisfies Record<Audience, string>;

/** Stores the budgets of subjects and the order of events. It sees no records. */
export const DEMAND_ROLE = 'demand';

export type LoginRole = (typeof ROLE_OF)[Audience] | typeof DEMAND_ROLE;

/** All roles the server logs in as, besides the owner. */
export const LOGIN_ROLES: readonly LoginRole[] = [...Object.values(ROLE_OF), DEMAND_ROLE];

/** The name of a role in the database. */
export function roleName(rolePrefix: string, role: LoginRole): string {
  return `${rolePrefix}_${role}`;
}

/** Password of a login role, derived from the secret of the installation, so that every process knows it. */
export function passwordOf(secret: string, role: LoginRole): string {
  return createHmac('sha256', secret).update(`database role merzili_${role}`).digest('base64url');
}

/** A connection string and the role that it must log in as. */
export interface RoleLogin {
  readonly connectionString: string;
  /** Name of the role in the database. */
  readonly role: string;
  readonly observer?: LoginObserver;
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

/** The login of a role of the installation. */
export function loginAs(
  { ownerUrl, secret, rolePrefix, observer }: Installation,
  role: LoginRole,
): RoleLogin {
  const url = new URL(ownerUrl);
  for (const name of [...url.searchParams.keys()]) {
    if (!ADDRESS_PARAMETERS.has(name)) url.searchParams.delete(name);
  }
  const name = roleName(rolePrefix, role);
  const password = passwordOf(secret, role);
  if (url.hostname === '') {
    // A URL without a host, for Unix sockets, cannot hold a user before the host.
    url.searchParams.set('user', name);
    url.searchParams.set('password', password);
  } else {
    url.username = name;
    url.password = password;
  }
  return { connectionString: url.href, role: name, observer };
}
