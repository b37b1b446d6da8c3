import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './account.js';
import type { Binaries } from './binaries.js';
import { startFolderName } from './cluster.js';
import { stopServer } from './previous-server.js';
import { childEnvironment, identityOf, idsOf } from './processes.js';
import type { ServerLog } from './server-log.js';

export interface Postmaster {
  /** On 127.0.0.1; another one after each start. */
  readonly port: number;
  /** Fast shutdown: rolls back what runs, writes the rest out, and returns when the process is gone. */
  stop(): Promise<void>;
}

export interface PostmasterOptions {
  readonly cluster: string;
  readonly binaries: Binaries;
  readonly account: Account | null;
  readonly settings: Readonly<Record<string, string>>;
  readonly serverLog: ServerLog;
  readonly log: (line: string) => void;
}

/** How long workers of a killed server get to notice that they are orphans. */
const ORPHANS_MS = 10_000;
const MAX_TRIES = 50;

/** Starts the server and waits until it takes connections, however long it has to recover first. */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const orphansUntil = Date.now() + ORPHANS_MS;
  let words = '';
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const port = await findFreePort();
    const { server, watch } = await spawnServer(options, port);
    if (await becomesReady(server, options)) return supervise(server, watch, port, options);
    words = options.serverLog.latest();
    const portLost = /could not bind/.test(words);
    const orphansLeft =
      /shared memory block|lock file .* already exists/.test(words) && Date.now() < orphansUntil;
    if (!portLost && !orphansLeft) break;
    await sleep(portLost ? 0 : 250);
  }
  const reasons = words.match(/(?<=(?:FATAL|PANIC|ERROR|HINT): +).*/g) ?? [words.trim()];
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

/** In a session of its own, so that Ctrl-C in the terminal reaches us and not it. */
async function spawnServer(
  options: PostmasterOptions,
  port: number,
): Promise<{ server: ChildProcess; watch: ChildProcess }> {
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
    const watch = spawnWatch(server.pid, options.account);
    server.once('exit', () => watch.kill('SIGKILL'));
    return { server, watch };
  } finally {
    closeSync(output);
  }
}

async function becomesReady(server: ChildProcess, options: PostmasterOptions): Promise<boolean> {
  let reportAt = Date.now() + 10_000;
  while (isUp(server)) {
    if (saysReady(options.cluster, server.pid)) return true;
    if (Date.now() > reportAt) {
      options.log(`PostgreSQL is still starting, see ${options.serverLog.path}`);
      reportAt += 10_000;
    }
    await sleep(10);
  }
  return false;
}

function isUp(server: ChildProcess): boolean {
  return server.exitCode === null && server.signalCode === null;
}

/** The eighth line of its pid file tells how far a server is, as pg_ctl reads it. */
function saysReady(cluster: string, pid: number | undefined): boolean {
  try {
    const lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    return Number(lines[0]) === pid && lines[7]?.trim() === 'ready';
  } catch {
    return false;
  }
}

function supervise(
  server: ChildProcess,
  watch: ChildProcess,
  port: number,
  options: PostmasterOptions,
): Postmaster {
  const identity = identityOf(server.pid ?? 0);
  if (identity === null) throw new Error('PostgreSQL ended as soon as it had started');
  const stopKeeping = options.serverLog.keepShort();
  let stopping = false;
  server.once('exit', (code, signal) => {
    stopKeeping();
    if (!stopping) {
      options.log(`The database ended by itself (${signal ?? code}), see ${options.serverLog.path}`);
    }
  });
  server.unref();
  return {
    port,
    stop: async () => {
      stopping = true;
      watch.kill('SIGKILL');
      await stopServer(identity);
    },
  };
}

/**
 * A shell that waits for its input to end, which it does when we are gone in whatever way, kill -9
 * included, and then tells the server to shut down.
 */
function spawnWatch(pid: number | undefined, account: Account | null): ChildProcess {
  const script = `trap '' HUP INT TERM; read -r _; kill -INT "$1"`;
  const watch = spawn('/bin/sh', ['-c', script, 'merzili-watch', String(pid)], {
    ...idsOf(account),
    cwd: '/',
    env: childEnvironment(),
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a shell the next start still finds and stops a server left behind.
  watch.once('error', () => undefined);
  watch.unref();
  return watch;
}
