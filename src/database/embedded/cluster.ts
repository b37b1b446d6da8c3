import { chown, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { codeOf } from '../../common/thrown.js';
import type { Account } from './account.js';
import type { Binaries } from './binaries.js';
import { runAs } from './processes.js';

/**
 * Character classes, which full-text search uses to find letters, come from the C library. Machines name its Unicode
 * locale differently. Sorting does not depend on it.
 */
const CHARACTER_CLASSES = ['C.UTF-8', 'en_US.UTF-8', 'UTF-8', 'C'];

/**
 * The name by which a program finds the folder it is started in. If this process is root, its user may have no access
 * by path. On Linux /proc/self/cwd needs none.
 */
export function startFolderName(folder: string, account: Account | null): string {
  return account !== null && process.platform === 'linux' ? '/proc/self/cwd' : folder;
}

/** The owner of the cluster; null if there is none. Rejects if this process cannot run a server on it. */
export async function findDataOwner(cluster: string): Promise<{ uid: number; gid: number } | null> {
  const found = await stat(cluster).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  });
  if (found === null) return null;
  const { uid, gid } = found;
  const ours = process.getuid?.() ?? uid;
  if (ours !== 0 && ours !== uid) {
    throw new Error(
      `${cluster} belongs to another user (uid ${uid}): start as that user or as root, or set MERZILI_DATA_DIR to another folder`,
    );
  }
  if ((await list(cluster)).length === 0) return null;
  if (uid === 0) {
    throw new Error(
      `${cluster} belongs to root, as whom PostgreSQL does not run: chown -R it to another user`,
    );
  }
  return { uid, gid };
}

/** Whether `cluster` holds a database cluster of this major version. Rejects if it holds anything else. */
export async function hasCluster(cluster: string, major: string): Promise<boolean> {
  if ((await list(cluster)).length === 0) return false;
  const found = await readFile(join(cluster, 'PG_VERSION'), 'utf8').catch(() => null);
  if (found === null) {
    throw new Error(
      `${cluster} holds files but no PostgreSQL database: move them away, or set MERZILI_DATA_DIR to another folder`,
    );
  }
  if (found.trim() !== major) {
    throw new Error(
      `${cluster} was made by PostgreSQL ${found.trim()}, and this is PostgreSQL ${major}, which cannot read it: ` +
        'carry the data over with pg_dump, or set MERZILI_DATA_DIR to another folder. Nothing was changed',
    );
  }
  return true;
}

/**
 * Creates the cluster. A rename puts it in place when it is complete, so an interrupted start leaves no partial
 * cluster. `durable: false` does not wait for the disk.
 */
export async function createCluster(
  cluster: string,
  binaries: Binaries,
  account: Account | null,
  superuserPassword: string,
  durable: boolean,
): Promise<void> {
  await removeDrafts(cluster);
  const draft = `${cluster}.new-${process.pid}`;
  await mkdir(draft, { mode: 0o700 });
  try {
    if (account !== null) await chown(draft, account.uid, account.gid);
    await initialize(draft, binaries, account, superuserPassword, durable);
    await rename(draft, cluster);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

async function removeDrafts(cluster: string): Promise<void> {
  for (const entry of await readdir(dirname(cluster))) {
    if (!entry.startsWith(`${basename(cluster)}.new-`)) continue;
    await rm(join(dirname(cluster), entry), { recursive: true, force: true, maxRetries: 3 });
  }
}

async function initialize(
  folder: string,
  binaries: Binaries,
  account: Account | null,
  superuserPassword: string,
  durable: boolean,
): Promise<void> {
  for (const characterClasses of CHARACTER_CLASSES) {
    const args = [
      `--pgdata=${startFolderName(folder, account)}`,
      '--username=postgres',
      '--pwfile=/dev/fd/3',
      '--auth-host=scram-sha-256',
      '--auth-local=reject',
      '--encoding=UTF8',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      `--lc-ctype=${characterClasses}`,
      '--text-search-config=simple',
      '--data-checksums',
      '--no-instructions',
      ...(durable ? [] : ['--no-sync']),
    ];
    try {
      await runAs(account, binaries.initdb, args, { cwd: folder, secret: superuserPassword });
      return;
    } catch (error) {
      if (!(error instanceof Error && error.message.includes('invalid locale name'))) throw error;
    }
  }
  throw new Error('No locale of this machine can be used for a database');
}
