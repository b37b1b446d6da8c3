#!/usr/bin/env node
// Rehearses a restore from start to end, on a PostgreSQL of its own in a temporary folder: base backup and
// WAL archive, a disaster, and the return to the moment before it. Exits with 0 when nothing is missing.
//
//   npm run build && node docs/operations/rehearse-restore.mjs
//
// The steps are those of docs/operations.md, "Backups"; only pg_basebackup is done by hand here, since the
// embedded server does not have it.
import { execFileSync } from 'node:child_process';
import { chown, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import pg from 'pg';

const DIST = join(import.meta.dirname, '../../dist/src');
const fromServer = (path) => import(pathToFileURL(join(DIST, path)).href);
await import('reflect-metadata');
const { startEmbedded } = await fromServer('database/embedded/start.js');
const { migrate } = await fromServer('app/migrate.js');
const { importShippedData } = await fromServer('imports/shipped.import.js');

const work = await mkdtemp(join(tmpdir(), 'merzili-restore-'));
const [before, after, archive] = ['before', 'after', 'archive'].map((name) => join(work, name));
const say = (line) => console.log(`${new Date().toISOString()} ${line}`);
const startedAt = Date.now();
let database = null;

try {
  // 1. A server that archives its WAL. The archive belongs to whoever PostgreSQL runs as.
  await mkdir(archive, { mode: 0o700 });
  execFileSync('chmod', ['711', work]);
  const archiving = {
    wal_level: 'replica',
    archive_mode: 'on',
    archive_command: `test ! -f ${archive}/%f && cp %p ${archive}/%f`,
  };
  // Started once without archiving, to know whose files they are.
  await (await startEmbedded({ dataDir: before, log: () => {} })).stop();
  const { uid, gid } = await stat(join(before, 'postgres'));
  if (process.getuid?.() === 0) await chown(archive, uid, gid);
  database = await startEmbedded({ dataDir: before, log: say, settings: archiving });
  const { owner } = await migrate({ ...database, rolePrefix: null });
  await importShippedData(owner);
  await owner.destroy();

  // 2. The base backup, while the server runs.
  const superuser = await connect(before, database.ownerUrl);
  await superuser.query("select pg_backup_start('rehearsal', fast => true)");
  await mkdir(after, { mode: 0o700 });
  execFileSync('cp', ['-a', join(before, 'postgres'), join(after, 'postgres')]);
  execFileSync('cp', ['-a', join(before, 'credentials.json'), after]);
  const { rows } = await superuser.query('select labelfile from pg_backup_stop()');
  const restored = join(after, 'postgres');
  await rm(join(restored, 'postmaster.pid'), { force: true });
  for (const segment of await readdir(join(restored, 'pg_wal'))) {
    if (/^[0-9A-F]{24}/.test(segment)) await rm(join(restored, 'pg_wal', segment));
  }
  await writeOwned(join(restored, 'backup_label'), rows[0].labelfile, { uid, gid });
  say('base backup taken');

  // 3. Work after the backup, which only the WAL knows.
  await superuser.query("update place set search_text = search_text || ' rehearsed' where code = 'agdam'");
  const expected = await fingerprint(superuser);
  await delay(1_100);
  const {
    rows: [{ moment }],
  } = await superuser.query('select now()::text as moment');
  await delay(1_100);

  // 4. The disaster, and the end of the old server.
  await superuser.query('truncate incident cascade');
  await superuser.query('select pg_switch_wal()');
  const {
    rows: [{ count }],
  } = await superuser.query('select count(*) from incident');
  if (count !== '0') throw new Error('The disaster did not happen');
  await superuser.end();
  await database.stop();
  database = null;
  say(`disaster after ${moment}; ${(await readdir(archive)).length} files in the archive`);

  // 5. The restore: the base backup, and the WAL up to the moment before.
  await writeOwned(join(restored, 'recovery.signal'), '', { uid, gid });
  const recoveryAt = Date.now();
  database = await startEmbedded({
    dataDir: after,
    log: say,
    settings: {
      restore_command: `cp ${archive}/%f %p`,
      recovery_target_time: moment,
      recovery_target_action: 'promote',
      // Or it would be taken for ready while it still recovers.
      hot_standby: 'off',
    },
  });
  const tookMs = Date.now() - recoveryAt;

  // 6. Everything is there, and a Merzili starts on it.
  const checked = await connect(after, database.ownerUrl);
  const actual = await fingerprint(checked);
  await checked.end();
  if (actual !== expected) throw new Error(`Restored: ${actual}\nExpected: ${expected}`);
  const { owner: again } = await migrate({ ...database, rolePrefix: null });
  const [{ count: incidents }] = await again.query(
    `select string_agg((select coalesce(sum(incidents), 0) from incident_aggregate where dimension_set in ('total', 'change') and audience & single <> 0)::text, ', ') as count
       from unnest(array[1, 2, 4, 8]) single`,
  );
  await again.destroy();
  say(
    `restored to ${moment} in ${tookMs} ms: ${actual}; incidents that TUR, RUS, AZE and the public see, by the aggregates: ${incidents}`,
  );
  say(`rehearsal passed in ${Date.now() - startedAt} ms`);
} catch (error) {
  say(`rehearsal FAILED: ${error instanceof Error ? error.stack : error}`);
  process.exitCode = 1;
} finally {
  await database?.stop();
  await rm(work, { recursive: true, force: true });
}

/** The superuser, whom row security lets see everything. */
async function connect(dataDir, ownerUrl) {
  const { superuser } = JSON.parse(await readFile(join(dataDir, 'credentials.json'), 'utf8'));
  const url = new URL(ownerUrl);
  url.username = 'postgres';
  url.password = superuser;
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  return client;
}

/** Rows and a hash of what is in them, of the tables that matter. */
async function fingerprint(client) {
  const parts = [];
  for (const table of ['incident', 'claim', 'revision', 'place', 'official', 'provision']) {
    const { rows } = await client.query(
      `select count(*), md5(string_agg(t::text, '|' order by t::text)) as hash from ${table} t`,
    );
    parts.push(`${table} ${rows[0].count} ${rows[0].hash?.slice(0, 8)}`);
  }
  return parts.join(', ');
}

async function writeOwned(file, text, { uid, gid }) {
  await writeFile(file, text, { mode: 0o600 });
  if (process.getuid?.() === 0) await chown(file, uid, gid);
}
