import { inject } from 'vitest';
import {
  DEMAND_ROLE,
  type Installation,
  loginAs,
  ROLE_OF,
  type RoleLogin,
  roleName,
} from '../../src/database/roles.js';
import type { Audience } from '../../src/domain/scopes.js';
import { ROLE_PREFIX } from './databases.js';

/** Names of the audiences' roles in the databases of tests. */
export const ROLE_NAMES: Readonly<Record<Audience, string>> = {
  TUR: roleName(ROLE_PREFIX, ROLE_OF.TUR),
  RUS: roleName(ROLE_PREFIX, ROLE_OF.RUS),
  AZE: roleName(ROLE_PREFIX, ROLE_OF.AZE),
  PUBLIC: roleName(ROLE_PREFIX, ROLE_OF.PUBLIC),
};

/** The installation of a database of tests, by the connection string of its owner. */
export function installationOf(ownerUrl: string): Installation {
  return { ownerUrl, secret: inject('secret'), rolePrefix: ROLE_PREFIX };
}

/** Connection string of an audience's role. */
export function roleUrl(ownerUrl: string, audience: Audience): string {
  return loginAs(installationOf(ownerUrl), ROLE_OF[audience]).connectionString;
}

/** Login of the role of the server itself. */
export function demandLogin(ownerUrl: string): RoleLogin {
  return loginAs(installationOf(ownerUrl), DEMAND_ROLE);
}
