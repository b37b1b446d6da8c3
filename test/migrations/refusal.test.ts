import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { packageVersion } from '../../src/app/checksums.js';
import { merzili } from '../cli/command-line.js';
import { type App, startApp } from '../support/app.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { runScript } from './release-snapshot.js';

/** What versions before checksums left: TypeORM's list of migrations, and tables. */
const BEFORE_CHECKSUMS = `
  create table migrations (id serial primary key, timestamp bigint not null, name varchar not null);
  insert into migrations (timestamp, name) values (1795400000000, 'CreateRecord1795400000000'), (1795500000000, 'AllowWriting1795500000000');
  create table incident_tally (key bigint primary key, n integer not null);
  insert into incident_tally values (1, 51);`;

/** Every relation and function of a database, and the rows of its lists. */
const CONTENT = `
  select (select string_agg(oid::text || relname, ',' order by oid) from pg_class where relnamespace = 'public'::regnamespace) as relations,
         (select count(*)::int from pg_proc where pronamespace = 'public'::regnamespace) as functions,
         (select string_agg(name, ',' order by id) from migrations) as migrations,
         (select string_agg(nspname, ',' order by nspname) from pg_namespace) as schemas`;

async function contentOf(url: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(CONTENT)).rows;
  } finally {
    await client.end();
  }
}

describe('a database that a version before checksums made', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase(inject('ownerUrl'));
    await runScript(database.url, BEFORE_CHECKSUMS);
  });
  afterAll(() => database?.drop());

  it.each(['serve', 'migrate'])('%s refuses it in one sentence, and changes nothing', async (command) => {
    const before = await contentOf(database.url);
    const outcome = await merzili([command], {
      env: { DATABASE_URL: database.url, MERZILI_DATABASE_SECRET: inject('secret'), PORT: '0' },
    });
    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toMatch(
      /^error: The database has migration CreateRecord1795400000000 without a checksum, .*: start the version that wrote it, or set .*; nothing has been changed\n$/,
    );
    expect(await contentOf(database.url)).toEqual(before);
  });
});

describe('a database whose migrations change under a running server', () => {
  let app: App;
  let metricsPort = '';
  beforeAll(async () => {
    app = await startApp({
      config: { metricsPort: 0 },
      notify: (line) => {
        metricsPort = /Metrics at port (\d+)/.exec(line)?.[1] ?? metricsPort;
      },
    });
  });
  afterAll(() => app?.stop());

  const readiness = async () => {
    const response = await fetch(`http://127.0.0.1:${metricsPort}/readyz`);
    return { status: response.status, text: await response.text() };
  };

  it.each([
    [
      'another checksum',
      `update migration_checksum set checksum = 'x' || checksum where name = '0001-create-record'`,
    ],
    [
      'an unknown migration',
      `insert into migration_checksum (name, checksum) values ('9999-add-patrol', 'x')`,
    ],
  ])('is not ready with %s, and the details say why', async (_what, change) => {
    expect((await readiness()).status).toBe(200);
    await app.sql('create temporary table saved as table migration_checksum');
    await app.sql(change);
    const { status, text } = await readiness();
    await app.sql('delete from migration_checksum');
    await app.sql('insert into migration_checksum table saved');
    await app.sql('drop table saved');
    expect(status).toBe(503);
    expect(text).toMatch(/igration (0001-create-record|9999-add-patrol)[ ,].*nothing has been changed/);
    expect((await readiness()).status).toBe(200);
  });

  it('is ready next to a newer migration that is compatible with this version', async () => {
    await app.sql('insert into migration_checksum values ($1, $2, $3)', [
      '9999-add-patrol',
      'x',
      packageVersion(),
    ]);
    const { status } = await readiness();
    await app.sql(`delete from migration_checksum where name = '9999-add-patrol'`);
    expect(status).toBe(200);
  });
});
