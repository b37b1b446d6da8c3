import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EmbeddedDatabase, startEmbedded } from '../../src/database/embedded.js';
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
  const client = new Client({ connectionString: database.url });
  await client.connect();
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
  const left = new Client({ connectionString: database.url });
  await expect(left.connect()).rejects.toMatchObject({ code: '3D000' });
});
