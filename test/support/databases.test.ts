import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EmbeddedDatabase, startEmbedded } from '../../src/database/embedded/start.js';
import { connectAs } from './connect-as.js';
import { createDatabase } from './databases.js';

/** A worker of autovacuum is at a changed table within a second, and stays for longer than any test. */
const EAGER = {
  fsync: 'off',
  autovacuum_naptime: '1s',
  autovacuum_vacuum_cost_delay: '100ms',
  autovacuum_vacuum_cost_limit: '1',
};

let dataDir: string;
let server: EmbeddedDatabase;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'merzili-databases-'));
  server = await startEmbedded({ dataDir, log: () => {}, settings: EAGER });
});

afterAll(async () => {
  await server?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

it('drops a database that an autovacuum worker is at', async () => {
  const database = await createDatabase(server.ownerUrl);
  const client = await connectAs(database.url);
  await client.query('create table busy as select n from generate_series(1, 200000) n');
  await client.query('delete from busy');
  const workers = async (): Promise<number> => {
    // Whose backend it is, and of which kind, is hidden from the owner, who is no superuser.
    const { rowCount } = await client.query(
      'select from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    return rowCount ?? 0;
  };
  while ((await workers()) === 0) await delay(50);
  await client.end();

  await database.drop();
  await expect(connectAs(database.url)).rejects.toMatchObject({ code: '3D000' });
});

it('makes empty ones and copies, in which their owner may do what migrations do, and drops them in use', async () => {
  const query = (client: Client, text: string) => client.query({ text, rowMode: 'array' });
  const first = await createDatabase(server.ownerUrl);
  const maker = await connectAs(first.url);
  await query(maker, 'create extension pg_trgm; create table kept as select 42 as answer');
  await maker.end();
  const copy = await createDatabase(server.ownerUrl, { template: new URL(first.url).pathname.slice(1) });
  const user = await connectAs(copy.url);
  expect((await query(user, 'select answer from kept')).rows).toEqual([[42]]);
  const ended = new Promise<void>((resolve) => user.on('end', resolve));
  await Promise.all([copy.drop(), first.drop()]);
  await ended;
  await expect(connectAs(copy.url)).rejects.toMatchObject({ code: '3D000' });
});
