import { z } from 'zod';
import { ConfigError } from '../common/config.js';
import type { RunQuery } from './applied-migrations.js';

/** Migrations write role names with this prefix. Another one takes its place when they run. */
const PREFIX_IN_MIGRATIONS = 'merzili';
const ROLE_IN_MIGRATIONS = /merzili(?=_(?:tur|rus|aze|public|demand)(?![a-z0-9]))/g;

/** PostgreSQL shortens names of more than 63 bytes; names of policies add up to 20. */
const MAX_PREFIX_LENGTH = 40;

const FIND = `select current_database() as database, (
  select substring(rolname from '^(.*)_tur$') from pg_policy join pg_roles on pg_roles.oid = any (polroles)
   where polrelid = to_regclass('public.incident') and polcmd = 'r' and rolname ~ '_tur$' limit 1) as prefix`;
const found = z.tuple([z.object({ database: z.string(), prefix: z.string().nullable() })]);

/**
 * First part of the names of the database's roles: what its row policies name. A database without policies gets
 * the configured prefix, by default the name of the database. Throws a ConfigError if both exist and differ.
 */
export async function findRolePrefix(query: RunQuery, configured: string | null): Promise<string> {
  const [{ database, prefix }] = found.parse(await query(FIND));
  if (prefix !== null && configured !== null && configured !== prefix) {
    throw new ConfigError(
      `MERZILI_ROLE_PREFIX is ${configured}, but the roles of the database begin with ${prefix}_; roles are not renamed, so leave the variable out`,
    );
  }
  return prefix ?? configured ?? prefixFromName(database);
}

/** A database's name as a prefix: ASCII letters in lower case, digits and underscores, not a digit first. */
export function prefixFromName(database: string): string {
  const name = database.toLowerCase().replaceAll(/[^a-z0-9_]/g, '_');
  return (/^(?!pg_)[a-z_]/.test(name) ? name : `_${name}`).slice(0, MAX_PREFIX_LENGTH);
}

/** The text of a migration with the names of an installation's roles. */
export function withRoleNames(statement: string, prefix: string): string {
  return prefix === PREFIX_IN_MIGRATIONS ? statement : statement.replaceAll(ROLE_IN_MIGRATIONS, prefix);
}
