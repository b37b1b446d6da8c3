import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { whileDatabaseAnswers } from '../../src/app/database-watch.js';
import { createDatabase } from '../support/databases.js';
import { openProxy } from '../support/proxy.js';
import { type RunningProcess, spawnCommand, spawnServer } from '../support/spawned.js';

const BOUND_MS = 10_000;

let dataDir: string;
/** Accepts connections and never answers. */
let silent: Server;
const sockets = new Set<Socket>();
let silentUrl: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'merzili-silence-'));
  silent = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  silentUrl = `postgres://owner:password@127.0.0.1:${(silent.address() as AddressInfo).port}/record`;
});
afterAll(async () => {
  silent.close();
  for (const socket of sockets) socket.destroy();
  await rm(dataDir, { recursive: true, force: true });
});

const processes: RunningProcess[] = [];
afterEach(async () => {
  for (const { child, ended } of processes.splice(0)) {
    child.kill('SIGKILL');
    await ended;
  }
});

async function start(args: readonly string[], url: string): Promise<RunningProcess> {
  const started = await spawnCommand(args, { DATABASE_URL: url, MERZILI_DATA_DIR: dataDir, PORT: '0' });
  processes.push(started);
  return started;
}

/** SIGTERM ends the process in time; answers how it ended. */
async function terminate({ child, ended }: RunningProcess): Promise<number | NodeJS.Signals | null> {
  const sentAt = performance.now();
  child.kill('SIGTERM');
  const end = await ended;
  expect(performance.now() - sentAt).toBeLessThan(BOUND_MS);
  return end;
}

describe('a database that accepts connections and never answers', () => {
  it('is reported after 5 s, and SIGTERM ends the boot', async () => {
    const server = await start(['serve'], silentUrl);
    const [, address] = /@(.*)\//.exec(silentUrl) ?? [];
    await expect
      .poll(server.log, { timeout: 20_000 })
      .toBe(`Waiting: the database at ${address} has not answered for 5 s (DATABASE_URL)\n`);
    expect(await terminate(server)).toBe(0);
  });

  it.each([
    ['migrate', 'SIGTERM', ['migrate']],
    ['import', 1, ['import', 'places', 'places.csv']],
    ['report', 'SIGTERM', ['report', '2022-03-09', '--nation', 'TUR', '--locales', 'tr', '--out', 'x.html']],
  ])('SIGTERM ends %s with %s', async (_name, end, args) => {
    const before = sockets.size;
    const command = await start(args, silentUrl);
    await expect.poll(() => sockets.size, { timeout: 20_000 }).toBeGreaterThan(before);
    expect(await terminate(command)).toBe(end);
  });

  it('ends the work after the limit, with a sentence', async () => {
    const lines: string[] = [];
    const limits = { loginMs: 100, pauseMs: 100, silenceMs: 400 };
    const work = whileDatabaseAnswers(
      silentUrl,
      (line) => lines.push(line),
      () => new Promise(() => {}),
      limits,
    );
    await expect(work).rejects.toThrow(
      /^DATABASE_URL: the database at 127\.0\.0\.1:\d+ has not answered for \d+ s; see/,
    );
    expect(lines).toHaveLength(1);
  });
});

describe('a database that falls silent', () => {
  it('ends the work that waits for it, and not earlier', async () => {
    const proxy = await openProxy(Number(new URL(inject('ownerUrl')).port));
    const url = new URL(inject('ownerUrl'));
    url.port = String(proxy.port);
    const lines: string[] = [];
    let isOver = false;
    const limits = { loginMs: 500, pauseMs: 20, silenceMs: 1_500 };
    const work = whileDatabaseAnswers(
      url.href,
      (line) => lines.push(line),
      () => new Promise(() => {}),
      limits,
    );
    const ended = expect(work)
      .rejects.toThrow('has not answered')
      .finally(() => {
        isOver = true;
      });
    await delay(2_000);
    expect({ isOver, lines }).toEqual({ isOver: false, lines: [] });
    proxy.blackHole();
    await ended;
    await proxy.close();
  });

  it('does not keep a server from ending at SIGTERM', async () => {
    const database = await createDatabase(inject('ownerUrl'), { template: inject('template') });
    const url = new URL(database.url);
    const proxy = await openProxy(Number(url.port));
    url.port = String(proxy.port);
    const server = await spawnServer({
      DATABASE_URL: url.href,
      MERZILI_DATABASE_SECRET: inject('secret'),
      MERZILI_DATA_DIR: dataDir,
    });
    processes.push(server);
    proxy.blackHole();
    expect(await terminate(server)).toBe(0);
    await proxy.close();
    await database.drop();
  });
});
