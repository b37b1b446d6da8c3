// Compares Merzili with other servers over the same rows: `npm run bench`, or `node bench/run.mjs --help`.
import { writeFile } from 'node:fs/promises';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chart } from './chart.mjs';
import { addFunctions } from './competitors.mjs';
import { audienceUrl, openServer, withClient } from './database.mjs';
import { checkEqual } from './equality.mjs';
import { measureGrowth } from './growth.mjs';
import { measureLive } from './live.mjs';
import { load } from './load.mjs';
import { postmasterOf } from './processes.mjs';
import { BENCH } from './project.mjs';
import { quiet } from './quiet.mjs';
import { report, reportWrites } from './report.mjs';
import { readSamples } from './samples.mjs';
import { CONTESTANTS, startContestant } from './servers.mjs';
import { SHAPES } from './shapes.mjs';
import { summary } from './summary.mjs';
import { measureWorkers } from './workers.mjs';
import { measureWrites } from './writes.mjs';

const { values: options } = parseArgs({
  options: {
    help: { type: 'boolean' },
    quick: { type: 'boolean', default: false },
    rows: { type: 'string' },
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    shapes: { type: 'string' },
    servers: { type: 'string' },
    growth: { type: 'string' },
    'no-growth': { type: 'boolean', default: false },
    writes: { type: 'boolean', default: false },
    'no-writes': { type: 'boolean', default: false },
    'no-write': { type: 'boolean', default: false },
  },
});

if (options.help) {
  process.stdout.write(`node bench/run.mjs [--quick] [--rows 1000000] [--rounds 3] [--seconds 4]
  [--shapes page,deep] [--servers limit,merzili] [--growth 10000,100000,1000000] [--no-growth]
  [--writes] [--no-writes] [--no-write]
  --quick     100,000 incidents, short rounds, no growth: under five minutes
  --writes    mutations and live events alone, printed and not written to RESULTS.md
  --no-write  leaves RESULTS.md and results.svg as they are
Databases stay in bench/.data for the next run. BENCH_DATABASE_URL names another PostgreSQL's owner,
BENCH_PROJECT another built checkout, BENCH_DATA_DIR another folder.\n`);
  process.exit(0);
}

const rows = Number(options.rows ?? (options.quick ? 100_000 : 1_000_000));
const rounds = Number(options.rounds ?? (options.quick ? 2 : 3));
const seconds = Number(options.seconds ?? (options.quick ? 1.5 : 4));
const growthRows =
  options['no-growth'] || (options.quick && !options.growth)
    ? []
    : (options.growth ?? '10000,100000,1000000').split(',').map(Number);
const shapes = chosen(SHAPES, options.shapes);
const contestants = chosen(CONTESTANTS, options.servers);
const log = (line) => process.stderr.write(`${line}\n`);

const started = Date.now();
/** Load average of the last minute, before this run did anything. */
const [loadBefore] = loadavg();
const database = await openServer(log);
try {
  if (options.writes) {
    process.stdout.write(
      `${reportWrites(await measureWriting(await database.databaseOf(rows, 'realistic')))}\n`,
    );
  } else {
    await measureAll();
  }
} finally {
  await database.stop();
}

async function measureAll() {
  const results = await measure();
  const text = report(results);
  process.stdout.write(`${text}\n`);
  if (!options['no-write']) {
    await writeFile(join(BENCH, 'RESULTS.md'), `${text}\n`);
    await writeFile(join(BENCH, 'results.svg'), chart(results));
  }
  if (results.failures > 0) process.exitCode = 1;
}

/** Writes go to a copy of the database. */
function measureWriting(ownerUrl) {
  return database.withCopy(ownerUrl, async (copy) => {
    const { secret } = database;
    const postmaster = await withClient(copy, postmasterOf);
    const settings = { ownerUrl: copy, secret, postmaster, seconds: 2 * seconds, log };
    const mutations = await measureWrites(settings);
    return { mutations, live: await measureLive(settings) };
  });
}

function chosen(all, names) {
  if (names === undefined) return all;
  return names.split(',').map((name) => {
    const found = all.find((one) => one.name === name);
    if (!found) throw new Error(`${name} is none of ${all.map((one) => one.name).join(', ')}`);
    return found;
  });
}

async function measure() {
  log(`${rows} incidents`);
  const ownerUrl = await database.databaseOf(rows, 'realistic');
  const { secret } = database;
  await withClient(ownerUrl, addFunctions);
  const postmaster = await withClient(ownerUrl, postmasterOf);
  const running = [];
  let runs;
  const servers = {};
  try {
    for (const { name } of contestants) running.push(await startContestant(name, { ownerUrl, secret }));
    const samples = await withClient(await audienceUrl(ownerUrl, secret, 'TUR'), (client) =>
      readSamples(
        client,
        running.find(({ name }) => name === 'postgraphile'),
      ),
    );
    const requests = new Map(shapes.map((shape) => [shape, shape.requests(samples)]));
    for (const shape of shapes) await checkEqual(running, shape, requests.get(shape));
    log('All servers answer alike');
    runs = await runRounds(running, requests, { ownerUrl, postmaster });
    for (const contestant of running) {
      servers[contestant.name] = {
        startedInMs: contestant.startedInMs,
        residentMb: await contestant.residentMb(),
      };
    }
  } finally {
    for (const contestant of running) await contestant.stop();
  }
  const table = summary(shapes, contestants, runs);
  const settings = { database, log, seconds };
  const workers = await measureWorkers({ ...settings, ownerUrl, postmaster });
  const growth =
    growthRows.length > 0
      ? await measureGrowth({ database, log, sizes: growthRows, rounds, seconds: seconds / 2 })
      : null;
  const writes = options['no-writes'] ? null : await measureWriting(ownerUrl);
  const failures = [...runs.map(({ result }) => result), ...(writes?.mutations ?? [])].reduce(
    (sum, result) => sum + result.failures,
    growth?.failures ?? 0,
  );
  const minutes = (Date.now() - started) / 60_000;
  return {
    rows,
    rounds,
    seconds,
    shapes,
    contestants,
    table,
    servers,
    workers,
    growth,
    writes,
    failures,
    minutes,
    loadBefore,
    machine: await machine(ownerUrl),
  };
}

/** Interleaved: in every round each shape runs on all servers, and each round begins with another server. */
async function runRounds(running, requests, { ownerUrl, postmaster }) {
  const runs = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, shape] of shapes.entries()) {
      for (let turn = 0; turn < running.length; turn += 1) {
        const contestant = running[(turn + index + round) % running.length];
        const own = requests.get(shape);
        // Warm-up: a server compiles code when it first runs it.
        if (round === 0)
          await load(contestant, shape, own, {
            seconds: Math.max(1, seconds / 2),
            postmaster,
            maxStretch: 1,
          });
        await quiet({ ownerUrl, postmaster, running });
        const result = await load(contestant, shape, own, { seconds, postmaster });
        runs.push({ shape, name: contestant.name, result });
        log(
          `${round + 1}/${rounds} ${shape.name.padEnd(22)} ${contestant.name.padEnd(13)} ${result.rate.toFixed(0).padStart(6)}/s  p99 ${result.p99} ms${result.failures ? `  ${result.failures} FAILED` : ''}`,
        );
      }
    }
  }
  await quiet({ ownerUrl, postmaster, running });
  return runs;
}

async function machine(ownerUrl) {
  const { version } = await withClient(
    ownerUrl,
    async (client) =>
      (await client.query('show server_version')).rows.map((row) => ({ version: row.server_version }))[0],
  );
  return `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}, PostgreSQL ${version} on the same machine`;
}
