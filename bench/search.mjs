// Times Merzili's search of a large record: `node bench/search.mjs`, or `node bench/search.mjs --help`.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openServer, withClient } from './database.mjs';
import { BENCH } from './project.mjs';
import { QUERIES } from './search-queries.mjs';
import { makeSearchable } from './searchable.mjs';
import { startContestant } from './servers.mjs';

const { values: options } = parseArgs({
  options: {
    help: { type: 'boolean' },
    rows: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '15' },
    viewers: { type: 'string', default: 'TUR,RUS,AZE,PUBLIC' },
    'no-write': { type: 'boolean', default: false },
  },
});

if (options.help) {
  process.stdout.write(`node bench/search.mjs [--rows 1000000] [--rounds 15] [--viewers TUR,RUS,AZE,PUBLIC] [--no-write]
Asks one question after another over HTTP, each as often as there are rounds, and writes SEARCH.md.
Databases are those of run.mjs; what is searched is added to them once, in about ten minutes for a million incidents.\n`);
  process.exit(0);
}

/** Limit for every search, in milliseconds. */
const LIMIT_MS = 30;
const WARMING_UP = 3;
const log = (line) => process.stderr.write(`${line}\n`);

const database = await openServer(log);
try {
  const ownerUrl = await database.databaseOf(Number(options.rows), 'realistic');
  await withClient(ownerUrl, (client) => makeSearchable(client, log));
  const tables = [];
  for (const audience of options.viewers.split(',')) tables.push(await measure(audience, ownerUrl));
  const text = `# Searching ${Number(options.rows).toLocaleString('en')} incidents

\`node bench/search.mjs --rows ${options.rows} --rounds ${options.rounds} --viewers ${options.viewers}\`: one client,
one request at a time, pages of 20 over HTTP; milliseconds. More than ${LIMIT_MS} in the median is set in bold.

A page costs much the same however common its word is. Several common words take longer, because each record that has
one is looked up among those that have the others. A filter by a point, a provision or a party is asked of matches in
batches, so a page takes longer where few meet it. \`totalCount\` takes longer than a page where it is large: it is exact,
and PostgreSQL visits every match to see whether this statement may count it.

${tables.join('\n')}`;
  process.stdout.write(text);
  if (!options['no-write']) await writeFile(join(BENCH, 'SEARCH.md'), text);
} finally {
  await database.stop();
}

async function measure(audience, ownerUrl) {
  const server = await startContestant('merzili', { ownerUrl, secret: database.secret, audience });
  try {
    const lines = [];
    for (const query of QUERIES) lines.push(line(query, await timesOf(server, query)));
    return `## ${audience}

| what is asked | search | matches | p50 | p99 |
| --- | --- | ---: | ---: | ---: |
${lines.join('\n')}
`;
  } finally {
    await server.stop();
  }
}

/** Runs the searches of a kind in turn, so that none profits from the cache of the one before. */
async function timesOf(server, { document, searches, variables = {} }) {
  const after = await cursorsOf(server, document, searches, variables);
  const times = [];
  const rounds = Number(options.rounds);
  for (let round = -WARMING_UP; round < rounds; round += 1) {
    for (const [index, search] of searches.entries()) {
      const started = performance.now();
      await ask(server, document, { ...variables, search, ...(after && { after: after[index] }) });
      if (round >= 0) times.push(performance.now() - started);
    }
  }
  return { times: times.sort((a, b) => a - b), matches: await matchesOf(server, searches) };
}

async function cursorsOf(server, document, searches, variables) {
  if (!document.includes('$after')) return null;
  const cursors = [];
  for (const search of searches) {
    const { incidents } = await ask(server, document, { ...variables, search });
    cursors.push(incidents.pageInfo.endCursor);
  }
  return cursors;
}

async function matchesOf(server, searches) {
  const counts = [];
  for (const search of searches) {
    const { incidents } = await ask(
      server,
      'query Matches($search: String!) { incidents(filter: { search: $search }) { totalCount } }',
      { search },
    );
    counts.push(incidents.totalCount);
  }
  return counts;
}

async function ask({ port, headers }, query, variables) {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

function line({ title, searches }, { times, matches }) {
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  const median = at(0.5);
  const shown = median > LIMIT_MS ? `**${median.toFixed(1)}**` : median.toFixed(1);
  return `| ${title} | ${searches.join(', ')} | ${matches.map((count) => count.toLocaleString('en')).join(', ')} | ${shown} | ${at(0.99).toFixed(1)} |`;
}
