import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { migrate } from '../../src/app/migrate.js';
import { type EmbeddedDatabase, startEmbedded } from '../../src/database/embedded/start.js';
import { importShippedData } from '../../src/imports/shipped.import.js';
import { ROLE_PREFIX } from './databases.js';
import { openProxy, type TcpProxy } from './proxy.js';

/** A PostgreSQL of its own behind a proxy, to be killed, stopped and cut off. */
export interface SmallCluster {
  /** The owner's connection, through the proxy. */
  readonly url: string;
  readonly secret: string;
  readonly proxy: TcpProxy;
  /** Runs SQL as the superuser, past the proxy. */
  sql<Row = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>;
  /** A connection of the superuser, past the proxy. */
  connect(): Promise<Client>;
  /** SIGKILL to the server and all its processes. */
  kill(): Promise<void>;
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void;
  /** Starts it again, after kill() or over what runs. */
  restart(): Promise<void>;
  remove(): Promise<void>;
}

/** What is acknowledged must outlive a kill of the process; only the disk's own cache is trusted. */
const SETTINGS = { fsync: 'off', full_page_writes: 'off', shared_buffers: '32MB', max_connections: '80' };

export async function startSmallCluster({
  settings = {},
  within = tmpdir(),
}: {
  settings?: Record<string, string>;
  /** Folder that holds the data. */
  within?: string;
} = {}): Promise<SmallCluster> {
  const dataDir = await mkdtemp(join(within, 'merzili-fault-'));
  const start = (): Promise<EmbeddedDatabase> =>
    startEmbedded({ dataDir, log: () => {}, settings: { ...SETTINGS, ...settings } });
  let database = await start();
  const port = (): number => Number(new URL(database.ownerUrl).port);
  const proxy = await openProxy(port());
  const url = new URL(database.ownerUrl);
  url.port = String(proxy.port);
  const { owner } = await migrate({
    ownerUrl: database.ownerUrl,
    secret: database.secret,
    rolePrefix: ROLE_PREFIX,
  });
  await importShippedData(owner).finally(() => owner.destroy());
  const { superuser } = JSON.parse(await readFile(join(dataDir, 'credentials.json'), 'utf8'));

  async function connect(): Promise<Client> {
    const client = new Client({
      host: '127.0.0.1',
      port: port(),
      user: 'postgres',
      password: superuser,
      database: url.pathname.slice(1),
    });
    client.on('error', () => {});
    await client.connect();
    return client;
  }

  function processes(): number[] {
    const [postmaster] = readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n');
    return [Number(postmaster), ...childrenOf(Number(postmaster))];
  }

  return {
    url: url.href,
    secret: database.secret,
    proxy,
    connect,
    async sql(text, values) {
      const client = await connect();
      try {
        return (await client.query(text, values)).rows;
      } finally {
        await client.end();
      }
    },
    async kill() {
      const all = processes();
      for (const pid of all) process.kill(pid, 'SIGKILL');
      while (all.some(isThere)) await delay(10);
    },
    signal(signal) {
      for (const pid of processes()) process.kill(pid, signal);
    },
    async restart() {
      await database.stop();
      database = await start();
      proxy.target = port();
    },
    async remove() {
      await proxy.close();
      await database.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === parent);
}

function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}

function isThere(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2)[0] !== 'Z';
  } catch {
    return false;
  }
}
