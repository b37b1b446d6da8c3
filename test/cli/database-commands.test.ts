import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/common/package-root.js';
import { startEmbedded } from '../../src/database/embedded/start.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { merzili } from './command-line.js';

const data = (name: string): string => join(PACKAGE_ROOT, 'data', name);

let folder: string;
let shipped: TestDatabase;
let empty: TestDatabase;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merzili-cli-'));
  shipped = await createDatabase(inject('ownerUrl'), { template: inject('template') });
  empty = await createDatabase(inject('ownerUrl'));
});
afterAll(async () => {
  await shipped.drop();
  await empty.drop();
  await rm(folder, { recursive: true });
});

const envOf = (database: TestDatabase) => ({
  DATABASE_URL: database.url,
  MERZILI_DATABASE_SECRET: inject('secret'),
});

const countOf = async (url: string, table: string): Promise<number> => {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query(`select count(*)::int as n from ${table}`);
    return rows[0].n;
  } finally {
    await client.end();
  }
};

const fileWith = async (name: string, from: string, change: (text: string) => string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, change(await readFile(data(from), 'utf8')));
  return path;
};

describe('on an external database', () => {
  it('import refuses one that is not migrated, and migrate migrates it', async () => {
    const env = envOf(empty);
    const refused = await merzili(['import', 'places', data('places.csv')], { env });
    expect(refused).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('merzili migrate'),
    });
    for (const _ of ['once', 'again']) {
      expect(await merzili(['migrate'], { env })).toEqual({
        code: 0,
        stdout: 'The database is up to date.\n',
        stderr: '',
      });
    }
    expect(await merzili(['import', 'places', data('places.csv')], { env })).toMatchObject({ code: 0 });
    expect(await countOf(empty.url, 'incident')).toBe(51);
  });

  it('importing what is there says so', async () => {
    const env = envOf(shipped);
    expect(await merzili(['import', 'places', data('places.csv')], { env })).toEqual({
      code: 0,
      stdout: 'Places: 0 added, 0 changed, 55 as they were.\n',
      stderr: '',
    });
    expect(await merzili(['import', 'incidents', data('incidents.csv')], { env })).toEqual({
      code: 0,
      stdout: 'Incidents: 0 added, 51 as they were.\n',
      stderr: '',
    });
  });

  it('names every bad value by file, line and column, and imports nothing', async () => {
    const file = await fileWith('bad.csv', 'incidents.csv', (text) =>
      text
        .replaceAll('KB-', 'NEW-')
        .replace(',MINE_INCIDENT,', ',MINE,')
        .replace(/,DAY,hadrut,/, ',DAY,hadrud,'),
    );
    const { code, stdout, stderr } = await merzili(['import', 'incidents', file], { env: envOf(shipped) });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    const lines = stderr.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(new RegExp(`^${file}:2: category: is not one of .*: "MINE"$`));
    expect(lines[1]).toMatch(new RegExp(`^${file}:5: place: hadrud is not known: "hadrud"$`));
    expect(lines[2]).toBe('error: bad.csv was not imported, because of 2 problems in it');
    expect(await countOf(shipped.url, 'incident')).toBe(51);
  });

  it('shows a bar on a terminal, and none elsewhere', async () => {
    const rows = (prefix: string) => (text: string) => text.replaceAll('KB-', prefix);
    const plain = await merzili(
      ['import', 'incidents', await fileWith('p.csv', 'incidents.csv', rows('P-'))],
      { env: envOf(shipped) },
    );
    expect(plain).toEqual({ code: 0, stdout: 'Incidents: 51 added, 0 as they were.\n', stderr: '' });
    const shown = await merzili(
      ['import', 'incidents', await fileWith('t.csv', 'incidents.csv', rows('T-'))],
      { env: envOf(shipped), isTTY: true },
    );
    expect(shown).toMatchObject({ code: 0, stdout: 'Incidents: 51 added, 0 as they were.\n' });
    expect(shown.stderr).toContain('of 51');
  });

  it('says when there is no such file', async () => {
    const outcome = await merzili(['import', 'places', join(folder, 'none.csv')], { env: envOf(shipped) });
    expect(outcome).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^error: ENOENT.*none\.csv'\n$/),
    });
  });
});

describe('on the embedded database', () => {
  it('starts it for the time, and joins a server that runs', async () => {
    const dataDir = join(folder, 'embedded');
    const env = { MERZILI_DATA_DIR: dataDir };
    const first = await merzili(['import', 'incidents', data('incidents.csv')], { env });
    expect(first).toMatchObject({ code: 0, stdout: 'Incidents: 0 added, 51 as they were.\n' });

    const server = await startEmbedded({ dataDir, log: () => {} });
    try {
      const file = await fileWith('r.csv', 'incidents.csv', (text) => text.replaceAll('KB-', 'R-'));
      expect(await merzili(['import', 'incidents', file], { env })).toEqual({
        code: 0,
        stdout: 'Incidents: 51 added, 0 as they were.\n',
        stderr: '',
      });
      expect(await countOf(server.ownerUrl, 'incident')).toBe(102);
      expect((await merzili(['migrate'], { env })).code).toBe(0);
    } finally {
      await server.stop();
    }
  });

  it.each([
    ['HOST: ', 'nowhere.invalid', { HOST: 'nowhere.invalid', MERZILI_DEMO: 'on' }],
    ['MERZILI_ISSUERS: ', 'no such file', { MERZILI_ISSUERS: '/nowhere/issuers.json' }],
  ])('serve blames %s', async (variable, why, wrong) => {
    const env = { ...envOf(shipped), PORT: '0', MERZILI_DATA_DIR: join(folder, 'wrong'), ...wrong };
    const { code, stdout, stderr } = await merzili(['serve'], { env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`error: ${variable}`);
    expect(stderr).toContain(why);
  });

  it('serve says where everything is, and ends in order', async () => {
    const env = {
      DATABASE_URL: shipped.url,
      MERZILI_DATABASE_SECRET: inject('secret'),
      PORT: '0',
      MERZILI_DATA_DIR: join(folder, 'served'),
      MERZILI_LOG_LEVEL: 'silent',
    };
    const { code, stdout } = await merzili(['serve'], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^API {7}http:\/\/127\.0\.0\.1:\d+\/graphql\nGraphiQL {2}http:\/\/127\.0\.0\.1:\d+\/graphiql\nTokens {4}npx merzili token mint /,
    );
  });
});

describe('a job that fails', () => {
  const env = { DATABASE_URL: 'postgres://owner:password@127.0.0.1:1/none' };

  it('ends with 1, one sentence and no stack', async () => {
    const { code, stdout, stderr } = await merzili(['migrate'], { env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^error: DATABASE_URL: .*ECONNREFUSED.*\n$/);
  });

  it('shows the stack when debugging', async () => {
    const { code, stderr } = await merzili(['migrate'], { env: { ...env, MERZILI_LOG_LEVEL: 'debug' } });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*\n[\s\S]*^ {4}at /m);
  });
});
