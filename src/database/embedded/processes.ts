import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Account } from './account.js';

/** Identifies a process even after the system has reused its id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start time, in the format of the operating system. */
  readonly started: string;
}

export function identityOf(pid: number): ProcessIdentity | null {
  const started = process.platform === 'linux' ? startOnLinux(pid) : startByPs(pid);
  return started === null ? null : { pid, started };
}

export function isRunning(identity: ProcessIdentity): boolean {
  return identityOf(identity.pid)?.started === identity.started;
}

/** Start time in ticks since boot (field 22 of /proc/PID/stat) with the id of the boot; null for zombies. */
function startOnLinux(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}+${fields[19]}`;
  } catch {
    return null;
  }
}

function startByPs(pid: number): string | null {
  try {
    const env = { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' };
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { env, encoding: 'utf8' }).trim() || null;
  } catch {
    return null;
  }
}

/**
 * Runs a PostgreSQL program as `account` and returns its output. The program reads `secret` from /dev/fd/3. Rejects
 * with the error output if it fails.
 */
export async function runAs(
  account: Account | null,
  file: string,
  args: readonly string[],
  { cwd = '/', secret }: { cwd?: string; secret?: string } = {},
): Promise<string> {
  const secretFile = secret === undefined ? null : await openUnlinked(secret, account);
  try {
    const child = spawn(file, args, {
      ...idsOf(account),
      cwd,
      env: childEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe', secretFile?.fd ?? 'ignore'],
    });
    const { stdout, stderr } = child;
    if (stdout === null || stderr === null) throw new Error(`${file} has no output`);
    const [output, errorOutput, end] = await Promise.all([text(stdout), text(stderr), once(child, 'close')]);
    const [code, signal]: unknown[] = end;
    if (code === 0) return output;
    throw new Error(errorOutput.trim() || `${file} ended with ${code ?? signal}`);
  } finally {
    await secretFile?.close();
  }
}

/** An unlinked file that `account` can read through the descriptor. */
async function openUnlinked(content: string, account: Account | null): Promise<FileHandle> {
  const path = join(tmpdir(), `merzili-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  await file.write(content, 0);
  if (account !== null) await file.chown(account.uid, account.gid);
  return file;
}

export function idsOf(account: Account | null): { uid?: number; gid?: number } {
  return account === null ? {} : { uid: account.uid, gid: account.gid };
}

/** Environment variables of child processes. Secrets and PG* variables are not passed on. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const { PATH, LD_LIBRARY_PATH, TMPDIR } = process.env;
  return { PATH, LD_LIBRARY_PATH, TMPDIR, LC_ALL: 'C', TZ: 'UTC' };
}
