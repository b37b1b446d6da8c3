import 'reflect-metadata';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../src/app/main.js';
import { readConfig } from '../../src/common/config.js';
import { openReaders } from '../../src/database/readers.js';
import { openWriters } from '../../src/database/writers.js';
import { ROLE_PREFIX } from '../support/databases.js';
import { follow, tokenOf } from '../support/event-clients.js';
import { type SmallCluster, startSmallCluster } from '../support/small-cluster.js';
import { aReport, REPORT } from '../support/writing.js';

const PGBOUNCER = '/usr/sbin/pgbouncer';
const isInstalled = (() => {
  try {
    execFileSync(PGBOUNCER, ['--version']);
    return true;
  } catch {
    console.warn(
      `test/database/pooler.test.ts is skipped: ${PGBOUNCER} is missing (apt-get install pgbouncer)`,
    );
    return false;
  }
})();

/** Its own secret of the pooler's user, which looks up the verifiers of the others. */
const LOOKUP_PASSWORD = 'looks-up-verifiers';

let cluster: SmallCluster;
let folder: string;
let pooler: ChildProcess | null = null;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('No port');
  return address.port;
}

/** Starts PgBouncer in front of the cluster and returns the owner's connection string through it. */
async function pool(mode: 'session' | 'transaction' | 'statement'): Promise<string> {
  const port = await freePort();
  const target = new URL(cluster.url);
  const file = join(folder, 'pgbouncer.ini');
  await writeFile(join(folder, 'users.txt'), `"lookup" "${LOOKUP_PASSWORD}"\n`);
  await writeFile(
    file,
    `[databases]
* = host=127.0.0.1 port=${target.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(folder, 'users.txt')}
auth_user = lookup
auth_query = select usename, passwd from pg_shadow where usename = $1
pool_mode = ${mode}
default_pool_size = 12
max_client_conn = 200
`,
  );
  await chmod(folder, 0o755);
  const asRoot = process.getuid?.() === 0;
  const child = spawn(PGBOUNCER, [...(asRoot ? ['-u', 'nobody'] : []), file], { stdio: 'ignore' });
  pooler = child;
  target.port = String(port);
  for (let attempt = 0; ; attempt += 1) {
    const client = new Client({ connectionString: target.href });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return target.href;
    } catch (error) {
      if (attempt === 100 || child.exitCode !== null) throw error;
      await delay(50);
    }
  }
}

const serve = (ownerUrl: string): Promise<RunningServer> =>
  startServer(
    {
      ...readConfig({ PORT: '0', MERZILI_DATA_DIR: folder, MERZILI_LOG_LEVEL: 'silent' }),
      database: { ownerUrl, secret: cluster.secret },
    },
    () => {},
  );

async function ask(url: string, token: string, query: string, variables = {}) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

describe.skipIf(!isInstalled)('behind PgBouncer', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'merzili-pooler-'));
    cluster = await startSmallCluster({ settings: { max_connections: '200' } });
    await cluster.sql(`create role lookup superuser login password '${LOOKUP_PASSWORD}'`);
  });
  afterEach(() => {
    pooler?.kill('SIGKILL');
    pooler = null;
  });
  afterAll(async () => {
    await cluster.remove();
    await rm(folder, { recursive: true, force: true });
  });

  it('in session mode the server answers, writes and follows events', async () => {
    const server = await serve(await pool('session'));
    try {
      const token = await tokenOf(folder, 'TUR', 'DUTY_OFFICER');
      expect(await ask(server.url, token, '{ incidents { totalCount } }')).toEqual({
        data: { incidents: { totalCount: 47 } },
        extensions: expect.anything(),
      });
      const events = await follow(server.url, token);
      const answer = await ask(server.url, token, REPORT, { input: aReport() });
      expect(answer).toMatchObject({ data: { result: { userErrors: [] } } });
      await events.until(1);
      await events.stop();
    } finally {
      await server.stop();
    }
  });

  it('in session mode the settings of each connection are in force', async () => {
    const installation = { ownerUrl: await pool('session'), secret: cluster.secret, rolePrefix: ROLE_PREFIX };
    const [readers, writers] = [openReaders(installation), openWriters(installation, 1)];
    try {
      const settings =
        "current_setting('statement_timeout') || ' ' || current_setting('default_transaction_read_only')";
      const read = (isHeavy: boolean) =>
        readers.read('RUS', { text: `select ${settings}`, values: [] }, isHeavy).then(String);
      expect(await read(false)).toBe('3s on');
      expect(await read(true)).toBe('15s on');
      const written = await writers.write('RUS', (tx) =>
        tx.read<{ settings: string }>({ text: `select ${settings} as settings`, values: [] }),
      );
      expect(written).toEqual([{ settings: '5s off' }]);
    } finally {
      await Promise.all([readers.close(), writers.close()]);
    }
  });

  it.each(['transaction', 'statement'] as const)('in %s mode the server refuses to start', async (mode) => {
    const ownerUrl = await pool(mode);
    await expect(serve(ownerUrl)).rejects.toThrow('pool_mode=session');
  });
});
