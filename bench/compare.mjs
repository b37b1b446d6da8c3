// Compares built checkouts of Merzili over the same rows: `node bench/compare.mjs --help`.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { audienceUrl, openServer, withClient } from './database.mjs';
import { checkEqual } from './equality.mjs';
import { load } from './load.mjs';
import { postmasterOf } from './processes.mjs';
import { readSamples } from './samples.mjs';
import { startContestant } from './servers.mjs';
import { SHAPES } from './shapes.mjs';

const { values: options, positionals: projects } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean' },
    rows: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '1.5' },
    shapes: { type: 'string', default: 'incident,page' },
  },
});

if (options.help || projects.length < 2) {
  process.stdout.write(`node bench/compare.mjs [--rows 10000] [--rounds 4] [--seconds 1.5] [--shapes incident,page]
    CHECKOUT CHECKOUT…
Prints for each shape the rate and the CPU time of Node for one answer, as medians over the rounds, and as ratios
to the first checkout. All checkouts must be built and have the same migrations as this one.\n`);
  process.exit(options.help ? 0 : 1);
}

const rounds = Number(options.rounds);
const seconds = Number(options.seconds);
const shapes = options.shapes.split(',').map((name) => {
  const shape = SHAPES.find((candidate) => candidate.name === name);
  if (!shape) throw new Error(`${name} is none of ${SHAPES.map((one) => one.name).join(', ')}`);
  return shape;
});
const log = (line) => process.stderr.write(`${line}\n`);

const database = await openServer(log);
const running = [];
try {
  const ownerUrl = await database.databaseOf(Number(options.rows), 'realistic');
  const { secret } = database;
  const postmaster = await withClient(ownerUrl, postmasterOf);
  for (const project of projects) {
    running.push(await startContestant('merzili', { ownerUrl, secret, project: resolve(project) }));
  }
  const samples = await withClient(await audienceUrl(ownerUrl, secret, 'TUR'), (client) =>
    readSamples(client),
  );
  for (const shape of shapes) await compare(shape, shape.requests(samples), postmaster);
} finally {
  for (const server of running) await server.stop();
  await database.stop();
}

/** The servers alternate within a round, and each round begins with another one. */
async function compare(shape, requests, postmaster) {
  await checkEqual(running, shape, requests);
  const results = running.map(() => []);
  for (const server of running) await load(server, shape, requests, { seconds, postmaster });
  for (let round = 0; round < rounds; round += 1) {
    for (let offset = 0; offset < running.length; offset += 1) {
      const index = (round + offset) % running.length;
      const result = await load(running[index], shape, requests, { seconds, postmaster });
      if (result.failures > 0) throw new Error(`${shape.name} failed ${result.failures} times`);
      results[index].push(result);
    }
  }
  const [first] = results;
  for (const [index, project] of projects.entries()) {
    const [rate, node] = ['rate', 'nodeMicroseconds'].map((field) => [
      median(results[index], field),
      median(results[index], field) / median(first, field),
    ]);
    process.stdout.write(
      `${shape.name.padEnd(14)} ${rate[0].toFixed(0).padStart(6)}/s (${rate[1].toFixed(2)})  ${node[0].toFixed(0).padStart(5)} µs of Node (${node[1].toFixed(2)})  ${project}\n`,
    );
  }
}

function median(results, field) {
  const values = results.map((result) => result[field]).sort((a, b) => a - b);
  return values[Math.floor(values.length / 2)];
}
