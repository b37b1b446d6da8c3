import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorMessage } from '../../common/thrown.js';
import type { Account } from './account.js';
import type { Binaries } from './binaries.js';
import { startFolderName } from './cluster.js';
import { stopServer } from './previous-server.js';
import { childEnvironment, identityOf, idsOf } from './processes.js';
import type { ServerLog } from './server-log.js';

/** A running PostgreSQL server. */
export interface Postmaster {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Resolves with the signal or exit code when the process ends without `stop`. */
  readonly endedByItself: Promise<NodeJS.Signals | number | null>;
  /** Fast shutdown: rolls back open transactions, writes a checkpoint, and resolves when the process has ended. */
  stop(): Promise<void>;
}

export interface PostmasterOptions {
  readonly cluster: string;
  readonly binaries: Binaries;
  readonly account: Account | null;
  readonly settings: Readonly<Record<string, string>>;
  readonly serverLog: ServerLog;
  readonly log: (line: string) => void;
  /** The port to listen on. By default any free port, which differs at each start. */
  readonly port?: number;
  /** Ends the start, and the process that is starting. */
  readonly signal?: AbortSignal;
}

/** How long worker processes of a killed server have to end. */
const ORPHANS_MS = 10_000;
const MAX_TRIES = 50;

/**
 * Starts the server and waits until it accepts connections, without a limit for crash recovery. Rejects if the server
 * ends first, if a given port is in use, and when `signal` aborts.
 */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const orphansUntil = Date.now() + ORPHANS_MS;
  let logText = '';
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    options.signal?.throwIfAborted();
    const port = options.port ?? (await findFreePort());
    const { server, watchdog } = await spawnServer(options, port);
    if (await waitUntilReady(server, options)) return supervise(server, watchdog, port, options);
    logText = options.serverLog.latest();
    const portLost = /could not bind/.test(logText);
    const orphansLeft =
      /shared memory block|lock file .* already exists/.test(logText) && Date.now() < orphansUntil;
    if (!orphansLeft && (!portLost || options.port !== undefined)) break;
    await sleep(portLost ? 0 : 250);
  }
  const reasons = logText.match(/(?<=(?:FATAL|PANIC|ERROR|HINT): +).*/g) ?? [logText.trim()];
  throw new Error(
    `PostgreSQL did not start on ${options.cluster}: ${reasons.join('; ')} (all of it in ${options.serverLog.path})`,
  );
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('No free port on 127.0.0.1');
  return address.port;
}

/**
 * In a process group of its own, so that Ctrl-C in the terminal does not stop it before this process closes its
 * connections.
 */
async function spawnServer(
  options: PostmasterOptions,
  port: number,
): Promise<{ server: ChildProcess; watchdog: ChildProcess }> {
  const settings = {
    ...options.settings,
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
  };
  const args = ['-D', startFolderName(options.cluster, options.account)];
  for (const [name, value] of Object.entries(settings)) args.push('-c', `${name}=${value}`);
  const output = options.serverLog.open();
  try {
    const server = spawn(options.binaries.postgres, args, {
      ...idsOf(options.account),
      cwd: options.cluster,
      env: childEnvironment(),
      detached: true,
      stdio: ['ignore', output, output],
    });
    await once(server, 'spawn');
    const watchdog = spawnWatchdog(server.pid, options.account);
    server.once('exit', () => watchdog.kill('SIGKILL'));
    return { server, watchdog };
  } finally {
    closeSync(output);
  }
}

async function waitUntilReady(server: ChildProcess, options: PostmasterOptions): Promise<boolean> {
  let reportAt = Date.now() + 10_000;
  while (isUp(server)) {
    if (options.signal?.aborted) await abandon(server);
    if (isReady(options.cluster, server.pid)) return true;
    if (Date.now() > reportAt) {
      options.log(`PostgreSQL is still starting, see ${options.serverLog.path}`);
      reportAt += 10_000;
    }
    await sleep(10);
  }
  return false;
}

/** Stops a server that is still starting. The next start repeats its crash recovery. */
async function abandon(server: ChildProcess): Promise<void> {
  const ended = once(server, 'exit');
  server.kill('SIGQUIT');
  await ended;
}

function isUp(server: ChildProcess): boolean {
  return server.exitCode === null && server.signalCode === null;
}

/** Line 8 of postmaster.pid holds the status of the server. pg_ctl reads it as well. */
function isReady(cluster: string, pid: number | undefined): boolean {
  try {
    const lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}

function supervise(
  server: ChildProcess,
  watchdog: ChildProcess,
  port: number,
  options: PostmasterOptions,
): Postmaster {
  const identity = identityOf(server.pid ?? 0);
  if (identity === null) throw new Error('PostgreSQL ended as soon as it had started');
  const stopRotation = options.serverLog.startRotation((error) =>
    options.log(`${options.serverLog.path} cannot be rotated: ${errorMessage(error)}`),
  );
  let stopping = false;
  const endedByItself = new Promise<NodeJS.Signals | number | null>((resolve) => {
    server.once('exit', (code, signal) => {
      stopRotation();
      if (!stopping) resolve(signal ?? code);
    });
  });
  server.unref();
  return {
    port,
    endedByItself,
    stop: async () => {
      stopping = true;
      watchdog.kill('SIGKILL');
      await stopServer(identity);
    },
  };
}

/**
 * Starts a shell that waits for the end of its input. This process holds the other end, so the input ends however
 * this process ends, kill -9 included. The shell then shuts the server down.
 */
function spawnWatchdog(pid: number | undefined, account: Account | null): ChildProcess {
  const script = `trap '' HUP INT TERM; read -r _; kill -INT "$1"`;
  const watchdog = spawn('/bin/sh', ['-c', script, 'merzili-watchdog', String(pid)], {
    ...idsOf(account),
    cwd: '/',
    env: childEnvironment(),
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell, the next start finds and stops a server left running.
  watchdog.once('error', () => undefined);
  watchdog.unref();
  return watchdog;
}
