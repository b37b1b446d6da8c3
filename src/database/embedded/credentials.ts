import { randomBytes } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { codeOf } from '../../common/thrown.js';

const credentialsSchema = z.object({
  /** Password of the superuser `postgres`. */
  superuser: z.string().min(1),
  /** Password of the role that owns the database. */
  owner: z.string().min(1),
  /** 32 random bytes in hexadecimal; the passwords of the nations' roles are derived from it. */
  secret: z.string().regex(/^[0-9a-f]{64}$/),
});

export type Credentials = z.infer<typeof credentialsSchema>;

/** Reads the data directory's credentials, or null when it has none yet. */
export async function readCredentials(dataDir: string): Promise<Credentials | null> {
  const path = pathIn(dataDir);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    return credentialsSchema.parse(JSON.parse(text));
  } catch {
    throw new Error(`${path} does not hold the passwords of the database: restore it from your backup`);
  }
}

/** Creates random credentials in a file that only its owner can read. */
export async function makeCredentials(dataDir: string): Promise<Credentials> {
  const draw = () => randomBytes(32).toString('hex');
  const credentials = { superuser: draw(), owner: draw(), secret: draw() };
  const path = pathIn(dataDir);
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  await writeFile(draft, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600, flush: true });
  await rename(draft, path);
  return credentials;
}

function pathIn(dataDir: string): string {
  return join(dataDir, 'credentials.json');
}
