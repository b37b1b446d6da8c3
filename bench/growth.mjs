import { audienceUrl, withClient } from './database.mjs';
import { load } from './load.mjs';
import { postmasterOf } from './processes.mjs';
import { readSamples } from './samples.mjs';
import { startContestant } from './servers.mjs';
import { SHAPES } from './shapes.mjs';
import { summary } from './summary.mjs';

const SHAPES_THAT_MUST_NOT_GROW = [
  'incident',
  'page',
  'pageWithTotal',
  'scalars',
  'deep',
  'category',
  'titles',
  'statisticsByCategory',
  'statisticsByMonth',
];

/**
 * Measures Merzili at several sizes, which alternate within every round, for a nation that sees most records and for one
 * that sees one in a thousand. Answers medians, `tables[audience][shape.name][size]`, and the incidents that each sees.
 */
export async function measureGrowth({ database, sizes, rounds, seconds, log }) {
  const shapes = SHAPES.filter(({ name }) => SHAPES_THAT_MUST_NOT_GROW.includes(name));
  const tables = {};
  const seen = {};
  let failures = 0;
  for (const audience of ['TUR', 'AZE']) {
    const running = [];
    const runs = [];
    try {
      for (const rows of sizes) running.push(await startAt(rows, audience, { database, shapes }));
      const announce = (run, round) => log(`growth ${round + 1}/${rounds} ${audience} ${lineOf(run)}`);
      for (let round = 0; round < rounds; round += 1) {
        for (const shape of shapes) {
          const measured = await measureShape(shape, running, { seconds, isFirst: round === 0 });
          for (const run of measured) announce(run, round);
          runs.push(...measured);
        }
      }
      failures += runs.reduce((sum, { result }) => sum + result.failures, 0);
    } finally {
      for (const { contestant } of running) await contestant.stop();
    }
    tables[audience] = summary(shapes, running, runs);
    seen[audience] = running.map((one) => one.seen);
  }
  return { sizes, shapes, tables, seen, failures };
}

/** One measurement of a shape at each size that has requests for it; the first round warms up before it. */
async function measureShape(shape, running, { seconds, isFirst }) {
  const runs = [];
  for (const { name, contestant, postmaster, requests } of running) {
    const own = requests.get(shape);
    if (own.length === 0) continue;
    if (isFirst) await load(contestant, shape, own, { seconds, postmaster, maxStretch: 1 });
    runs.push({ shape, name, result: await load(contestant, shape, own, { seconds, postmaster }) });
  }
  return runs;
}

function lineOf({ shape, name, result }) {
  const rate = result.rate.toFixed(0).padStart(6);
  return `${shape.name.padEnd(22)} ${String(name).padStart(9)} ${rate}/s  ${result.postgresMicroseconds?.toFixed(0)} µs`;
}

async function startAt(rows, audience, { database, shapes }) {
  const { secret } = database;
  const ownerUrl = await database.databaseOf(rows, 'sparse');
  const samples = await withClient(await audienceUrl(ownerUrl, secret, audience), (client) =>
    readSamples(client, null, audience),
  );
  return {
    name: rows,
    seen: samples.total,
    postmaster: await withClient(ownerUrl, postmasterOf),
    requests: new Map(shapes.map((shape) => [shape, shape.requests(samples)])),
    contestant: await startContestant('merzili', { ownerUrl, secret, audience }),
  };
}
