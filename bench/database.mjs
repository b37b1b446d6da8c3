import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { generate } from './generate.mjs';
import { BENCH, DATA, fromProject, PROJECT } from './project.mjs';

const ROLE_PREFIX = 'merzili';

/**
 * The PostgreSQL of BENCH_DATABASE_URL (owner with CREATEDB and CREATEROLE), or the project's embedded one.
 * `databaseOf` answers the owner's URL of a scratch database with that many incidents, and makes it if needed;
 * `withCopy` lends a copy of one to a callback that writes to it, and drops the copy afterwards.
 */
export async function openServer(log) {
  const { ownerUrl, secret, stop } = await start(log);
  return {
    ownerUrl,
    secret,
    stop,
    databaseOf: (rows, markings) => databaseOf(ownerUrl, secret, rows, markings, log),
    withCopy: (original, use) => withCopy(ownerUrl, original, use),
  };
}

async function start(log) {
  await mkdir(DATA, { recursive: true });
  const external = process.env.BENCH_DATABASE_URL;
  if (external) return { ownerUrl: external, secret: await keptSecret(), stop: async () => {} };
  const { startEmbedded } = await fromProject('database/embedded/start.js');
  return startEmbedded({ dataDir: DATA, log });
}

async function keptSecret() {
  const file = join(DATA, 'secret');
  await writeFile(file, randomBytes(32).toString('hex'), { flag: 'wx', mode: 0o600 }).catch(() => {});
  return readFile(file, 'utf8');
}

/** The name holds everything that determines the content, so a finished database can be reused. */
async function databaseOf(ownerUrl, secret, rows, markings, log) {
  const name = `bench_${rows}_${markings}_${await fingerprint()}`;
  const url = new URL(ownerUrl);
  url.pathname = `/${name}`;
  const isMade = await withClient(ownerUrl, async (client) => {
    const { rows: found } = await client.query('select 1 from pg_database where datname = $1', [name]);
    return found.length > 0;
  });
  if (!isMade) {
    const draft = new URL(ownerUrl);
    draft.pathname = `/${name}_draft`;
    const command = (sql) => withClient(ownerUrl, (client) => client.query(sql));
    await command(`drop database if exists ${name}_draft`);
    await command(`create database ${name}_draft`);
    await fill(draft.href, secret, rows, markings, log);
    await command(`alter database ${name}_draft rename to ${name}`);
  }
  return url.href;
}

async function withCopy(ownerUrl, original, use) {
  const name = 'bench_copy';
  const copy = new URL(original);
  copy.pathname = `/${name}`;
  const command = (sql) => withClient(ownerUrl, (client) => client.query(sql));
  await command(`drop database if exists ${name}`);
  await command(`create database ${name} template ${new URL(original).pathname.slice(1)} strategy file_copy`);
  try {
    return await use(copy.href);
  } finally {
    await command(`drop database ${name}`);
  }
}

async function fill(url, secret, rows, markings, log) {
  const [{ migrate }, { importShippedData }] = await Promise.all([
    fromProject('app/migrate.js'),
    fromProject('imports/shipped.import.js'),
  ]);
  const { owner } = await migrate({ ownerUrl: url, secret, rolePrefix: ROLE_PREFIX });
  await importShippedData(owner).finally(() => owner.destroy());
  await withClient(url, (client) => generate(client, { rows, markings, log }));
}

async function fingerprint() {
  const hash = createHash('sha256').update(await readFile(join(BENCH, 'generate.mjs')));
  hash.update(await readFile(join(PROJECT, 'migrations/checksums.json')));
  return hash.digest('hex').slice(0, 8);
}

export async function withClient(connectionString, use) {
  const client = new pg.Client({ connectionString, options: '-c timezone=UTC' });
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

/** Connection string of an audience's role. */
export async function audienceUrl(ownerUrl, secret, audience) {
  const { loginAs, ROLE_OF } = await fromProject('database/roles.js');
  return loginAs({ ownerUrl, secret, rolePrefix: ROLE_PREFIX }, ROLE_OF[audience]).connectionString;
}
