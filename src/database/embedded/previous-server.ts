import { execFileSync } from 'node:child_process';
import { readlinkSync, statSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf, isRunning, type ProcessIdentity } from './processes.js';

/** How long a server has to close connections and write a checkpoint. */
const FAST_SHUTDOWN_MS = 30_000;
/** How long an immediate shutdown may take. The next start replays the write-ahead log. */
const IMMEDIATE_SHUTDOWN_MS = 10_000;

/**
 * Stops a server that a killed process left running on `cluster`, and removes a pid file whose id now belongs to
 * another process. The caller holds the lock of the data directory.
 */
export async function stopLeftover(cluster: string, log: (line: string) => void): Promise<void> {
  const pidFile = join(cluster, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(pidFile, 'utf8').catch(() => ''), 10);
  if (!(pid > 0)) return;
  const identity = identityOf(pid);
  const verdict = identity === null ? false : isServerOf(pid, cluster);
  // PostgreSQL itself handles a file that names no process: it looks for orphaned workers too.
  if (verdict === false && exists(pid)) await rm(pidFile, { force: true });
  if (identity === null || verdict !== true) return;
  log(`A database process of an earlier run is still there (${pid}): stopping it first`);
  await stopServer(identity);
}

/** Fast shutdown, then an immediate one. Rejects if the server survives both. */
export async function stopServer(identity: ProcessIdentity): Promise<void> {
  for (const [signal, timeoutMs] of [
    ['SIGINT', FAST_SHUTDOWN_MS],
    ['SIGQUIT', IMMEDIATE_SHUTDOWN_MS],
  ] as const) {
    if (isRunning(identity)) process.kill(identity.pid, signal);
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      if (!isRunning(identity)) return;
      await sleep(10);
    }
  }
  throw new Error(`The database process ${identity.pid} does not stop`);
}

/** Whether process `pid` is a PostgreSQL server of the folder `cluster`; null if unknown. */
function isServerOf(pid: number, cluster: string): boolean | null {
  try {
    if (process.platform !== 'linux') {
      const command = execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
      return command.includes('postgres') && command.includes(cluster);
    }
    const [program = ''] = basename(readlinkSync(`/proc/${pid}/exe`)).split(' ');
    const [here, there] = [statSync(cluster), statSync(`/proc/${pid}/cwd`)];
    return program === 'postgres' && here.dev === there.dev && here.ino === there.ino;
  } catch {
    return null;
  }
}

/** Whether PostgreSQL would take `pid` for a running server, which includes zombies. */
function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
