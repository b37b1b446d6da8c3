import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/common/package-root.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { type RunningProcess, spawnCommand } from '../support/spawned.js';

const ROWS = 5_000;

let database: TestDatabase;
let owner: Client;
let folder: string;
let file: string;
beforeAll(async () => {
  database = await createDatabase(inject('ownerUrl'), { template: inject('template') });
  owner = new Client({ connectionString: database.url });
  await owner.connect();
  folder = await mkdtemp(join(tmpdir(), 'merzili-import-'));
  file = join(folder, 'incidents.csv');
  const [header = ''] = (await readFile(join(PACKAGE_ROOT, 'data/incidents.csv'), 'utf8')).split(/\r?\n/);
  const cells: Readonly<Record<string, string>> = {
    originator: 'TUR',
    category: 'SMALL_ARMS_FIRE',
    severity: 'LOW',
    occurred_from: '2021-12-31T23:30:00+04:00',
    time_precision: 'MINUTE',
    title_source: 'tr',
    title_tr: 'Ateş açıldı',
    claimants: 'TUR',
    source_type: 'OWN_OBSERVATION',
    killed_civilian: '1',
  };
  const row = (index: number): string =>
    header
      .split(',')
      .map((column) => (column === 'key' ? `CUT-${index}` : (cells[column] ?? '')))
      .join(',');
  await writeFile(file, [header, ...Array.from({ length: ROWS }, (_, index) => row(index)), ''].join('\n'));
});
afterAll(async () => {
  await owner?.end();
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

/** Rows of the tables that an import writes to. */
async function counts(): Promise<unknown> {
  const { rows } = await owner.query(
    `select (select count(*) from incident) as incidents, (select count(*) from revision) as revisions,
            (select count(*) from claim) as claims, (select count(*) from casualties) as casualties,
            (select count(*) from incident_search) as documents, (select count(*) from search.word) as words,
            (select count(*) from incident_aggregate) as aggregates,
            (select count(*) from unchecked_incident) as unchecked`,
  );
  return rows[0];
}

/** Processes of PostgreSQL that are writing an import. */
async function writingBackends(): Promise<readonly number[]> {
  const { rows } = await owner.query<{ pid: number }>(
    `select pid from pg_locks where relation = 'unchecked_incident'::regclass
        and mode = 'RowExclusiveLock' and pid <> pg_backend_pid()`,
  );
  return rows.map(({ pid }) => pid);
}

/** An import that has begun to write. */
async function startImport(): Promise<RunningProcess & { readonly backend: number }> {
  const command = await spawnCommand(['import', 'incidents', file], {
    DATABASE_URL: database.url,
    MERZILI_DATABASE_SECRET: inject('secret'),
    MERZILI_DATA_DIR: folder,
  });
  let backend = 0;
  const hasBegun = async () => {
    backend = (await writingBackends())[0] ?? 0;
    return backend > 0;
  };
  await expect.poll(hasBegun, { interval: 5, timeout: 60_000 }).toBe(true);
  return { ...command, backend };
}

it.each(['SIGINT', 'SIGTERM'] as const)(
  '%s leaves nothing of an import, and says so',
  async (signal) => {
    const before = await counts();
    const command = await startImport();
    command.child.kill(signal);
    expect(await command.ended).toBe(1);
    expect(command.log()).toBe('error: Interrupted: nothing was imported\n');
    expect(await counts()).toEqual(before);
  },
  120_000,
);

it('SIGKILL leaves nothing of an import', async () => {
  const before = await counts();
  const command = await startImport();
  command.child.kill('SIGKILL');
  expect(await command.ended).toBe('SIGKILL');
  // PostgreSQL notices once the statement has ended.
  await expect.poll(writingBackends, { timeout: 60_000 }).toEqual([]);
  expect(await counts()).toEqual(before);
}, 120_000);

it('a lost connection leaves nothing of an import, and the same import adds everything once', async () => {
  const before = await counts();
  const command = await startImport();
  await owner.query('select pg_terminate_backend($1)', [command.backend]);
  expect(await command.ended).toBe(1);
  expect(command.log()).toBe(
    'error: The connection to the database was lost: import the file again, which adds what is missing and nothing twice\n',
  );
  expect(await counts()).toEqual(before);

  const again = await startImport();
  expect(await again.ended).toBe(0);
  const { rows } = await owner.query("select count(*)::integer from incident where import_key like 'CUT-%'");
  expect(rows).toEqual([{ count: ROWS }]);
}, 120_000);
