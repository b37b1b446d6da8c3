import { audienceUrl, withClient } from './database.mjs';
import { load } from './load.mjs';
import { postmasterOf } from './processes.mjs';
import { readSamples } from './samples.mjs';
import { startContestant } from './servers.mjs';
import { SHAPES } from './shapes.mjs';

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

/** Merzili at several sizes: for a nation that sees most, and for one that sees one record in a thousand. */
export async function measureGrowth({ database, sizes, seconds, tell }) {
  const shapes = SHAPES.filter(({ name }) => SHAPES_THAT_MUST_NOT_GROW.includes(name));
  const cells = [];
  for (const rows of sizes) {
    const ownerUrl = await database.databaseOf(rows, 'sparse');
    const postmaster = await withClient(ownerUrl, postmasterOf);
    for (const audience of ['TUR', 'AZE']) {
      const samples = await withClient(await audienceUrl(ownerUrl, database.secret, audience), (client) =>
        readSamples(client, null, audience),
      );
      const merzili = await startContestant('merzili', { ownerUrl, secret: database.secret, audience });
      try {
        for (const shape of shapes) {
          const requests = shape.requests(samples);
          if (requests.length === 0) continue;
          await load(merzili, shape, requests, {
            seconds: Math.min(1, seconds / 2),
            postmaster,
            patience: 1,
          });
          const result = await load(merzili, shape, requests, { seconds, postmaster });
          cells.push({ rows, audience, shape: shape.name, ...result });
          tell(`growth ${rows} ${audience} ${shape.name.padEnd(22)} ${result.rate.toFixed(0).padStart(6)}/s`);
        }
      } finally {
        await merzili.stop();
      }
    }
  }
  return { sizes, shapes, cells };
}
