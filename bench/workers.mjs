import { audienceUrl, withClient } from './database.mjs';
import { load } from './load.mjs';
import { readSamples } from './samples.mjs';
import { startContestant } from './servers.mjs';
import { SHAPES } from './shapes.mjs';

/** One process of Merzili against two on the same database, each with 32 connections. */
export async function measureWorkers({ database, ownerUrl, postmaster, seconds, log }) {
  const { secret } = database;
  const samples = await withClient(await audienceUrl(ownerUrl, secret, 'TUR'), (client) =>
    readSamples(client, null),
  );
  const workers = [
    await startContestant('merzili', { ownerUrl, secret }),
    await startContestant('merzili', { ownerUrl, secret }),
  ];
  try {
    const rates = [];
    for (const name of ['incident', 'page', 'titles']) {
      const shape = SHAPES.find((one) => one.name === name);
      const requests = shape.requests(samples);
      const run = (worker) => load(worker, shape, requests, { seconds, postmaster });
      await Promise.all(workers.map(run));
      const alone = await run(workers[0]);
      const together = await Promise.all(workers.map(run));
      rates.push({ shape, one: alone.rate, two: together[0].rate + together[1].rate });
      log(
        `two workers: ${name} ${alone.rate.toFixed(0)} -> ${(together[0].rate + together[1].rate).toFixed(0)}/s`,
      );
    }
    return rates;
  } finally {
    for (const worker of workers) await worker.stop();
  }
}
