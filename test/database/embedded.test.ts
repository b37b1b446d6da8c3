import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'esbuild';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lockDataDir } from '../../src/database/embedded/lock.js';
import { identityOf, isRunning } from '../../src/database/embedded/processes.js';
import { type EmbeddedDatabase, startEmbedded } from '../../src/database/embedded/start.js';
import { settingsFor } from '../../src/database/embedded/tuning.js';

const GB = 1024 ** 3;
const root = join(import.meta.dirname, '../..');
/** Starts a database and prints its connection; told to stay, it stops on SIGTERM and disregards SIGINT. */
const program = join(root, 'node_modules/.cache/merzili/embedded-program.mjs');

/** One for all tests, each of which must find it in order and leave it so. */
let dataDir: string;
let lines: string[] = [];
let logMark = 0;
const running: EmbeddedDatabase[] = [];
const children: ChildProcess[] = [];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'merzili-embedded-'));
  await build({
    stdin: {
      contents: `
        import { startEmbedded } from './src/database/embedded/start.js';
        const database = await startEmbedded({ dataDir: process.argv[2], log: () => {} });
        if (process.argv[3] === 'stay') {
          const life = setInterval(() => {}, 1000);
          process.on('SIGINT', () => {});
          process.once('SIGTERM', () => database.stop().then(() => clearInterval(life)));
        }
        console.log(database.ownerUrl);
      `,
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    outfile: program,
  });
});

beforeEach(async () => {
  lines = [];
  logMark = (await stat(join(dataDir, 'postgres.log')).catch(() => ({ size: 0 }))).size;
});

afterEach(async () => {
  await Promise.all(children.splice(0).map(kill));
  for (const database of running.splice(0)) await database.stop();
});

afterAll(() => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

async function start(settings?: Record<string, string>): Promise<EmbeddedDatabase> {
  const database = await startEmbedded({ dataDir, log: (line) => lines.push(line), settings });
  running.push(database);
  return database;
}

/** The program in a process group of its own, as a terminal would have it, once it has its database. */
async function launch(
  purpose: 'stay' | 'leave',
): Promise<{ child: ChildProcess; pid: number; ownerUrl: string }> {
  const child = spawn(process.execPath, [program, dataDir, purpose], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  if (child.stdout === null || child.pid === undefined) throw new Error('The program did not start');
  const [ownerUrl]: unknown[] = await once(createInterface(child.stdout), 'line');
  return { child, pid: child.pid, ownerUrl: String(ownerUrl) };
}

async function query(url: string, sql: string): Promise<unknown[][]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

/** Runs `act` while a file of the data directory is away. */
async function without(name: string, act: (path: string) => Promise<void>): Promise<void> {
  const path = join(dataDir, name);
  await rename(path, `${path}.away`);
  try {
    await act(path);
  } finally {
    await rename(`${path}.away`, path);
  }
}

async function serverPid(): Promise<number> {
  return Number.parseInt(await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8'), 10);
}

/** What PostgreSQL has logged during this test. */
async function serverLog(): Promise<string> {
  return (await readFile(join(dataDir, 'postgres.log'))).subarray(logMark).toString('utf8');
}

async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(check, { timeout: 10_000, interval: 20 }).toBe(true);
}

describe('the database', () => {
  it('belongs to a role that is no superuser and can make roles and databases', async () => {
    const { ownerUrl } = await start();
    const [role] = await query(
      ownerUrl,
      `SELECT rolname, rolsuper, rolbypassrls, rolreplication, rolcreaterole, rolcreatedb
       FROM pg_roles WHERE rolname = current_user`,
    );
    expect(role).toEqual(['merzili_owner', false, false, false, true, true]);
    const [database] = await query(
      ownerUrl,
      `SELECT datname, pg_get_userbyid(datdba), pg_encoding_to_char(encoding) FROM pg_database
       WHERE datname = current_database()`,
    );
    expect(database).toEqual(['merzili', 'merzili_owner', 'UTF8']);
    await query(ownerUrl, 'CREATE ROLE somebody; CREATE TABLE somewhere (id int)');
    await expect(query(ownerUrl, `SELECT pg_read_file('PG_VERSION')`)).rejects.toThrow('permission denied');
  });

  it('lets nobody in without the password, and listens on the loopback address only', async () => {
    const { ownerUrl } = await start();
    const stranger = new URL(ownerUrl);
    stranger.password = 'wrong';
    await expect(query(stranger.href, 'SELECT 1')).rejects.toThrow('password authentication failed');
    const listening = (await serverLog()).match(/(?<=listening on ).*/g);
    expect(listening).toEqual([expect.stringContaining('"127.0.0.1"')]);
  });

  it('keeps what is committed, in checksummed pages', async () => {
    const { ownerUrl } = await start();
    const names = ['fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums', 'jit', 'TimeZone'];
    const rows = await query(ownerUrl, `SELECT ${names.map((name) => `current_setting('${name}')`).join()}`);
    expect(rows).toEqual([['on', 'on', 'on', 'on', 'off', 'UTC']]);
  });

  it('sorts by ICU and distinguishes letters from punctuation in every script', async () => {
    const { ownerUrl } = await start({ fsync: 'off' });
    const sorted = `SELECT string_agg(w, ' ' ORDER BY w COLLATE "tr-x-icu") FROM unnest(ARRAY['dag','çay','cam','ızgara','iz']) w`;
    expect(await query(ownerUrl, sorted)).toEqual([['cam çay dag ızgara iz']]);
    expect(await query(ownerUrl, `SELECT to_tsvector('russian', '«Лачин» — Шуши')::text`)).toEqual([
      [`'лачин':1 'шуш':2`],
    ]);
  });

  it('keeps its passwords from other users', async () => {
    const { secret } = await start({ fsync: 'off' });
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect((await stat(join(dataDir, 'credentials.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(dataDir, 'postgres'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(dataDir, 'postgres.log'))).mode & 0o777).toBe(0o600);
  });

  it('never runs as root', async () => {
    await start({ fsync: 'off' });
    expect((await stat(join(dataDir, 'postgres'))).uid).not.toBe(0);
  });

  it('takes settings that go before the usual ones', async () => {
    const { ownerUrl } = await start({ fsync: 'off', work_mem: '7MB' });
    expect(await query(ownerUrl, `SELECT current_setting('work_mem'), current_setting('fsync')`)).toEqual([
      ['7MB', 'off'],
    ]);
  });
});

describe('a later start', () => {
  it('finds data, role and secret as they were', async () => {
    const first = await start();
    await query(first.ownerUrl, 'CREATE TABLE kept_1 AS SELECT 42 AS answer');
    await first.stop();
    const second = await start();
    expect(await query(second.ownerUrl, 'SELECT answer FROM kept_1')).toEqual([[42]]);
    expect(second.secret).toBe(first.secret);
  });

  it('refuses a folder of another version, of other files, or without its passwords', async () => {
    await (await start()).stop();
    await without('credentials.json', () =>
      expect(start()).rejects.toThrow(/passwords of .* are gone: restore credentials.json/),
    );
    await without('postgres/PG_VERSION', async (version) => {
      await expect(start()).rejects.toThrow(/holds files but no PostgreSQL database.*MERZILI_DATA_DIR/);
      await writeFile(version, '16\n');
      await expect(start()).rejects.toThrow(/made by PostgreSQL 16, and this is PostgreSQL 18.*pg_dump/);
    });
  });

  it('says why PostgreSQL would not start, and frees the folder', async () => {
    await expect(start({ fsync: 'off', shared_buffers: 'plenty' })).rejects.toThrow(
      /did not start .*shared_buffers.*postgres\.log/,
    );
    const { ownerUrl } = await start({ fsync: 'off' });
    expect(await query(ownerUrl, 'SELECT 1')).toEqual([[1]]);
  });
});

describe('stop', () => {
  it('ends the server, frees the folder, and may be called again', async () => {
    const database = await start({ fsync: 'off' });
    const pid = await serverPid();
    expect(identityOf(pid)).not.toBeNull();
    await Promise.all([database.stop(), database.stop()]);
    await database.stop();
    expect(identityOf(pid)).toBeNull();
    await expect(stat(join(dataDir, 'server.lock'))).rejects.toThrow('ENOENT');
    expect(lines.filter((line) => line.includes('by itself'))).toEqual([]);
  });

  it('leaves the database up on Ctrl-C until it is called', async () => {
    const { child, pid, ownerUrl } = await launch('stay');
    process.kill(-pid, 'SIGINT');
    expect(await query(ownerUrl, 'SELECT pg_sleep(0.2)')).toEqual([['']]);
    child.kill('SIGTERM');
    await once(child, 'exit');
    expect(child.exitCode).toBe(0);
    expect(await serverLog()).toContain('database system is shut down');
    await start();
    expect(await serverLog()).not.toContain('automatic recovery in progress');
  });

  it('is made up for when a process ends without it', async () => {
    const { child } = await launch('leave');
    await once(child, 'exit');
    await until(async () => (await serverLog()).includes('database system is shut down'));
  });
});

describe('two starts on one folder', () => {
  it('refuses the second while the first runs, and leaves the first alone', async () => {
    const { pid, ownerUrl } = await launch('stay');
    const server = await serverPid();
    await expect(start()).rejects.toThrow(`is in use by process ${pid}`);
    await expect(start()).rejects.toThrow('MERZILI_DATA_DIR');
    expect(await serverPid()).toBe(server);
    expect(await query(ownerUrl, 'SELECT 1')).toEqual([[1]]);
  });

  it('lets one of many through, whether or not a dead one left its lock', async () => {
    for (let round = 0; round < 50; round++) {
      if (round % 2 === 1) await writeFile(join(dataDir, 'server.lock'), `of a dead process, ${round}`);
      const takes = await Promise.allSettled(Array.from({ length: 8 }, () => lockDataDir(dataDir)));
      const taken = takes.filter((take) => take.status === 'fulfilled');
      expect(taken).toHaveLength(1);
      for (const { value: unlock } of taken) await unlock();
    }
    expect((await readdir(dataDir)).filter((name) => name.startsWith('server.lock'))).toEqual([]);
  });

  it('takes no later process for the holder of a lock', async () => {
    const self = identityOf(process.pid);
    await writeFile(join(dataDir, 'server.lock'), JSON.stringify({ ...self, started: 'at another time' }));
    const unlock = await lockDataDir(dataDir);
    await expect(lockDataDir(dataDir)).rejects.toThrow(`is in use by process ${process.pid}`);
    await unlock();
    await (await lockDataDir(dataDir))();
  });

  it('takes a lock that cannot be read for a dead one', async () => {
    await writeFile(join(dataDir, 'server.lock'), '{"pid":');
    await (await lockDataDir(dataDir))();
  });
});

describe('after kill -9', () => {
  it('starts again at once with everything committed, and the old server gone', async () => {
    const { child, ownerUrl } = await launch('stay');
    const server = identityOf(await serverPid());
    await query(ownerUrl, 'CREATE TABLE kept_2 AS SELECT 42 AS answer');
    await kill(child);
    const database = await start();
    expect(await query(database.ownerUrl, 'SELECT answer FROM kept_2')).toEqual([[42]]);
    expect(server !== null && isRunning(server)).toBe(false);
  });

  it('does not leave the server running', async () => {
    const { child } = await launch('stay');
    const server = identityOf(await serverPid());
    if (server === null) throw new Error('The server is not there');
    await kill(child);
    await until(() => !isRunning(server));
    expect(await serverLog()).toContain('database system is shut down');
  });

  it('stops a server that was left running all the same', async () => {
    const { child, ownerUrl } = await launch('stay');
    const server = await serverPid();
    await query(ownerUrl, 'CREATE TABLE kept_3 AS SELECT 42 AS answer');
    const processes = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' });
    const watchdog = new RegExp(`^ *(\\d+) .*merzili-watchdog ${server}$`, 'm').exec(processes)?.[1];
    process.kill(Number(watchdog), 'SIGKILL');
    await kill(child);
    const database = await start();
    expect(await query(database.ownerUrl, 'SELECT answer FROM kept_3')).toEqual([[42]]);
    expect(lines).toContainEqual(expect.stringContaining(`(${server}): stopping it first`));
  });

  it('recovers when the server was killed too', async () => {
    const { child, ownerUrl } = await launch('stay');
    const server = await serverPid();
    await query(ownerUrl, 'CREATE TABLE kept_4 AS SELECT 42 AS answer');
    process.kill(server, 'SIGKILL');
    await kill(child);
    const database = await start();
    expect(await query(database.ownerUrl, 'SELECT answer FROM kept_4')).toEqual([[42]]);
    expect(await serverLog()).toContain('automatic recovery in progress');
  });

  it('harms no process that has the id of the old server by now', async () => {
    await (await start({ fsync: 'off' })).stop();
    const { uid, gid } = await stat(join(dataDir, 'postgres'));
    const bystander = spawn('sleep', ['60'], process.getuid?.() === 0 ? { uid, gid } : {});
    children.push(bystander);
    await writeFile(join(dataDir, 'postgres/postmaster.pid'), `${bystander.pid}\n`);
    const { ownerUrl } = await start({ fsync: 'off' });
    expect(await query(ownerUrl, 'SELECT 1')).toEqual([[1]]);
    expect(bystander.signalCode).toBeNull();
  });
});

describe('settings by memory', () => {
  it('grow with it, between a floor and a ceiling', () => {
    const buffers = [0.25, 2, 4, 64].map((size) => settingsFor(size * GB).shared_buffers);
    expect(buffers).toEqual(['64MB', '256MB', '512MB', '8192MB']);
    expect([1, 4, 64].map((size) => settingsFor(size * GB).work_mem)).toEqual(['4MB', '16MB', '32MB']);
  });
});
