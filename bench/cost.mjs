// CPU per unit of cost, for each of several documents: `node bench/cost.mjs [--rows 100000]`.
// It counts CPU seconds of the server and of PostgreSQL, so other work on the machine matters little.
import { parseArgs } from 'node:util';
import { audienceUrl, openServer, withClient } from './database.mjs';
import { cpuSeconds, postmasterOf } from './processes.mjs';
import { startContestant } from './servers.mjs';
import { drawSamples, SHAPES } from './shapes.mjs';

const { values } = parseArgs({ options: { rows: { type: 'string', default: '100000' } } });
/** Concurrent requests for each document, duration in milliseconds, and warm-up requests before. */
const CLIENTS = 8;
const LONG_MS = 1_500;
const BEFORE = 10;
/** A budget that no document here exhausts, so that none is refused. */
const UNLIMITED = '1000000000000';

const many = (count, write) => Array.from({ length: count }, (_, index) => write(index)).join(' ');
const FULL = `id reference version originator status statusLabel category categoryLabel severity severityLabel
  title { text locale isFallback } narrative { text locale } place { code name parent { code name } }
  claims { sourceType claimant { code name } statement { text } } casualties { group killed wounded }
  assessments { nation verdict } provisions { code summary { text } } releasedTo viewerActions`;

/** Documents of ordinary clients, and of hostile ones. */
const DOCUMENTS = {
  ...Object.fromEntries(SHAPES.map(({ title, document, requests }) => [title, { document, requests }])),
  'page of 100, everything': {
    document: `{ incidents(first: 100) { nodes { ${FULL} revisions { version changes } } totalCount } }`,
  },
  '15 pages of 20 in one': {
    document: `{ ${many(15, (i) => `a${i}: incidents(first: 20) { nodes { reference place { name } } }`)} }`,
  },
  '15 counts of one place': {
    document: `{ ${many(15, (i) => `a${i}: incidents(filter: { place: ["agdam"], severity: [HIGH] }) { totalCount }`)} }`,
  },
  'provisions with their incidents': {
    document:
      '{ incidents(first: 20) { nodes { provisions { incidents(first: 20) { totalCount nodes { reference } } } } } }',
  },
  'search, page of 10': {
    document: '{ incidents(first: 10, filter: { search: "mayın" }) { nodes { reference } } }',
  },
  'search with totalCount': {
    document: '{ incidents(first: 10, filter: { search: "mayın" }) { totalCount nodes { reference } } }',
  },
  'search of one letter, with totalCount': {
    document: '{ incidents(first: 10, filter: { search: "a" }) { totalCount nodes { reference } } }',
  },
  '15 searches in one': {
    document: `{ ${many(15, (i) => `a${i}: incidents(filter: { search: "${'abcdefghijklmno'[i]} obüs" }) { totalCount }`)} }`,
  },
  'places by name': { document: '{ places(first: 10, search: "Ağdam") { nodes { name } } }' },
  'statistics of a search': {
    document: '{ incidentStatistics(groupBy: [MONTH], filter: { search: "mayın" }) { keys count } }',
  },
  'statistics without aggregates': {
    document:
      '{ incidentStatistics(groupBy: [DISTRICT, SEVERITY, DAY], filter: { attributedTo: ["AZE"] }) { keys count } }',
  },
  'daily report': {
    document:
      '{ dailyReport(date: "2022-03-09", locales: [TR, RU]) { entries { incident { reference } } byCategory { count } total { count } texts { locale summary } } }',
  },
  'translation queue': {
    document: '{ translationQueue(first: 20, locale: RU) { totalCount nodes { reference } } }',
  },
};

const server = await openServer((line) => process.stderr.write(`${line}\n`));
process.env.MERZILI_COST_CEILING =
  process.env.MERZILI_COST_BUDGET =
  process.env.MERZILI_COST_RESTORE_RATE =
    UNLIMITED;
try {
  const ownerUrl = await server.databaseOf(Number(values.rows), 'realistic');
  const postmaster = await withClient(ownerUrl, postmasterOf);
  const samples = await withClient(await audienceUrl(ownerUrl, server.secret, 'TUR'), (client) =>
    drawSamples(client, Number(values.rows), 'TUR'),
  );
  const merzili = await startContestant('merzili', { ownerUrl, secret: server.secret });
  const cpu = async () => (await cpuSeconds(merzili.pid)) + (await cpuSeconds(postmaster));
  console.log(`${values.rows} incidents\n`);
  console.log(
    '| document | requested | actual | ms of CPU | µs for a unit requested | µs for a unit actual |',
  );
  console.log('|---|---:|---:|---:|---:|---:|');
  for (const [title, { document, requests }] of Object.entries(DOCUMENTS)) {
    const variables = requests ? variablesOf(requests, samples) : [{}];
    const ask = async (index) => {
      const response = await fetch(`http://127.0.0.1:${merzili.port}/graphql`, {
        method: 'POST',
        headers: merzili.headers,
        body: JSON.stringify({ query: document, variables: variables[index % variables.length] }),
      });
      return response.json();
    };
    for (let index = 0; index < BEFORE; index += 1) await ask(index);
    const [before, startedAt] = [await cpu(), performance.now()];
    let count = 0;
    let answer;
    await Promise.all(
      Array.from({ length: CLIENTS }, async () => {
        while (performance.now() - startedAt < LONG_MS) answer = await ask(count++);
      }),
    );
    const ms = (((await cpu()) - before) * 1000) / count;
    if (answer.errors) {
      console.log(`| ${title} | ${answer.errors[0].message} |`);
      continue;
    }
    const { requested, actual } = answer.extensions.cost;
    const cells = [
      requested,
      actual,
      ms.toFixed(2),
      ((ms * 1000) / requested).toFixed(1),
      ((ms * 1000) / actual).toFixed(1),
    ];
    console.log(`| ${title} | ${cells.join(' | ')} |`);
  }
  await merzili.stop();
} finally {
  await server.stop();
}

/** Values for a shape's variables, without cursors, so that pages begin at the start. */
function variablesOf(requests, samples) {
  const shallow = { pages: [{ merzili: { after: null }, postgraphile: {} }] };
  return requests({ ...samples, shallow, deep: shallow }).map(({ variables }) => variables);
}
