import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningServer, startServer } from '../../../src/app/main.js';
import { migrate } from '../../../src/app/migrate.js';
import { readConfig } from '../../../src/common/config.js';
import { cursorsOf, follow, tokenOf } from '../../support/event-clients.js';
import { type SmallCluster, startSmallCluster } from '../../support/small-cluster.js';

/** Transactions that the first cluster is ahead of the second. */
const HEAD_START = 3_000;

let dataDir: string;
let before: SmallCluster;
let after: SmallCluster;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'merzili-restore-'));
  [before, after] = [await startSmallCluster(), await startSmallCluster()];
}, 120_000);
afterAll(async () => {
  await before?.remove();
  await after?.remove();
  await rm(dataDir, { recursive: true, force: true });
});

const serve = ({ url, secret }: SmallCluster): Promise<RunningServer> =>
  startServer(
    {
      ...readConfig({ PORT: '0', MERZILI_DATA_DIR: dataDir, MERZILI_LOG_LEVEL: 'silent' }),
      database: { ownerUrl: url, secret },
    },
    () => {},
  );

async function insert(cluster: SmallCluster, count: number): Promise<string[]> {
  const client = await cluster.connect();
  const keys: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const { rows } = await client.query(
      `insert into incident_event (key, incident_key, audience, kind, at, version)
       select gen_random_uuid(), key, audience, 'AMENDED', now(), 1 from incident where audience = 15 limit 1 returning key`,
    );
    keys.push(rows[0].key);
  }
  await client.end();
  return keys;
}

const TABLES = `select format('%I.%I', schemaname, tablename) as name from pg_tables
  where schemaname in ('public', 'search') and tablename not in ('migrations', 'migration_checksum', 'cost_budget')`;

/** Rows and sequences, as pg_dump writes them down and psql reads them in again: without triggers. */
async function restore(from: Client, to: Client): Promise<void> {
  const tables = (await from.query<{ name: string }>(TABLES)).rows.map(({ name }) => name);
  await to.query(`set session_replication_role = replica; truncate ${tables.join(', ')}`);
  for (const table of tables) {
    const { rows: columns } = await from.query<{ name: string; sequence: string | null }>(
      `select quote_ident(attname) as name, pg_get_serial_sequence($1, attname) as sequence from pg_attribute
        where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = ''`,
      [table],
    );
    const names = columns.map(({ name }) => name).join(', ');
    const { rows } = await from.query(
      `select coalesce(jsonb_agg(to_jsonb(t)), '[]')::text as all from ${table} t`,
    );
    await to.query(
      `insert into ${table} (${names}) overriding system value select ${names} from jsonb_populate_recordset(null::${table}, $1)`,
      [rows[0].all],
    );
    for (const { sequence } of columns) {
      if (sequence === null) continue;
      const state = (await from.query(`select last_value, is_called from ${sequence}`)).rows[0];
      await to.query('select setval($1, $2, $3)', [sequence, state.last_value, state.is_called]);
    }
  }
}

it('a subscription goes on where it was after a dump and its restore into another cluster', async () => {
  const ahead = await before.connect();
  for (let n = 0; n < HEAD_START; n += 1) await ahead.query('select pg_current_xact_id()');

  const old = await serve(before);
  const token = await tokenOf(dataDir, 'TUR', 'DUTY_OFFICER');
  const written = await insert(before, 1);
  const first = await follow(old.url, token, undefined, { after: written[0] });
  written.push(...(await insert(before, 250)));
  await first.until(100);
  await first.stop();
  const received = [...written.slice(0, 1), ...cursorsOf(first.messages)];
  await old.stop();
  // Nobody has put these in order when the dump is made.
  written.push(...(await insert(before, 20)));

  const fresh = await after.connect();
  await restore(ahead, fresh);
  const { rows } = await fresh.query(
    'select pg_current_xact_id()::text::int < $1::int as is_behind',
    (await ahead.query('select pg_current_xact_id()::text as xid')).rows.map(({ xid }) => xid),
  );
  expect(rows).toEqual([{ is_behind: true }]);
  await Promise.all([ahead.end(), fresh.end()]);

  // The dump brings the fingerprint of the former cluster's secret, but not the passwords of its roles.
  const migrated = await migrate({ ...after, ownerUrl: after.url, rolePrefix: null }, { rotateSecret: true });
  await migrated.owner.destroy();
  const restored = await serve(after);
  try {
    const resumed = await follow(restored.url, token, undefined, { after: received.at(-1) });
    const missing = written.length - received.length;
    await resumed.until(missing);
    written.push(...(await insert(after, 50)));
    await resumed.until(missing + 50);
    received.push(...cursorsOf(resumed.messages));
    expect(received).toEqual(written);
    await resumed.stop();
  } finally {
    await restored.stop();
  }
}, 60_000);
