import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { RunQuery } from './applied-migrations.js';

/** The secret of the configuration is not the one that the roles of the database have their passwords from. */
export class WrongSecretError extends Error {
  constructor() {
    super(
      'MERZILI_DATABASE_SECRET is not the secret that the passwords of the database roles derive from: set the former one ' +
        "(without the variable it derives from the owner's password in DATABASE_URL), or set new passwords with 'npx merzili migrate --rotate-secret'; nothing has been changed",
    );
  }
}

const FINGERPRINT_BYTES = 32;

const READ = `select secret_salt as salt, secret_fingerprint as fingerprint from installation`;
const WRITE = `insert into installation (secret_salt, secret_fingerprint) values ($1, $2)
  on conflict (is_only) do update set secret_salt = excluded.secret_salt, secret_fingerprint = excluded.secret_fingerprint`;

const exists = z.tuple([z.object({ exists: z.boolean() })]);
const rows = z.array(z.object({ salt: z.string(), fingerprint: z.string() }));

/** Whether the secret is the database's; null for a database that no secret has been recorded in. */
export async function isSecretOf(query: RunQuery, secret: string): Promise<boolean | null> {
  const [table] = exists.parse(
    await query(`select to_regclass('public.installation') is not null as exists`),
  );
  if (!table.exists) return null;
  const [row] = rows.parse(await query(READ));
  if (!row) return null;
  const expected = Buffer.from(row.fingerprint, 'hex');
  const given = fingerprint(secret, row.salt);
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** Records which secret is the database's. It cannot be computed from what is recorded. */
export async function recordSecret(query: RunQuery, secret: string): Promise<void> {
  if (await isSecretOf(query, secret)) return;
  const salt = randomBytes(16).toString('hex');
  await query(WRITE, [salt, fingerprint(secret, salt).toString('hex')]);
}

/** Slow on purpose: a short secret is not found by trying. */
function fingerprint(secret: string, salt: string): Buffer {
  return scryptSync(secret, Buffer.from(salt, 'hex'), FINGERPRINT_BYTES);
}
