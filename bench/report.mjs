/** With more load than this before the start, other programs are running and rates mean little. */
const QUIET = 0.5;

/** The results in Markdown. */
export function report({
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
  machine,
}) {
  const has = (name) => contestants.some((contestant) => contestant.name === name);
  return [
    '# Results',
    '',
    'Written by `npm run bench`; see README.md beside this file for what is measured and how.',
    '',
    `${number(rows)} incidents, 32 connections, medians of ${rounds} interleaved rounds of ${seconds} s. ${machine}. ${failures === 0 ? 'No request failed.' : `**${failures} requests failed.**`} ${minutes.toFixed(0)} minutes.`,
    '',
    ...(loadBefore > QUIET
      ? [
          `**Not valid as a result: something else was running (load ${loadBefore.toFixed(1)} before the start).**`,
          '',
        ]
      : []),
    '![Requests per second by shape](results.svg)',
    '',
    '## Requests per second, p50 / p99 in ms',
    '',
    ...grid(
      ['', ...contestants.map(({ title }) => title)],
      shapes.map(({ name, title }) => [
        title,
        ...contestants.map((contestant) => rate(table[name][contestant.name])),
      ]),
    ),
    '',
    ...(has('merzili') ? ratios(shapes, contestants, table) : []),
    '## CPU per request, Node + PostgreSQL in µs',
    '',
    ...grid(
      ['', ...contestants.map(({ title }) => title)],
      shapes.map(({ name, title }) => [
        title,
        ...contestants.map((contestant) => cpu(table[name][contestant.name])),
      ]),
    ),
    '',
    '## Start and memory',
    '',
    ...grid(
      ['', 'start, ms', 'resident after the load, MB'],
      contestants.map(({ name, title }) => [
        title,
        number(servers[name].startedInMs),
        number(servers[name].residentMb),
      ]),
    ),
    '',
    '## Two processes of Merzili on one database',
    '',
    ...grid(
      ['', 'one', 'two', 'factor'],
      workers.map(({ shape, one, two }) => [shape.title, number(one), number(two), factor(two, one)]),
    ),
    '',
    ...(writes ? [reportWrites(writes), ''] : []),
    ...(growth ? growthTables(growth) : []),
  ]
    .join('\n')
    .trimEnd();
}

/** Mutations and live events in Markdown. */
export function reportWrites({ mutations, live }) {
  return [
    '## Writing',
    '',
    '32 connections, each mutation its own transaction, flushed to disk before it is answered.',
    '',
    ...grid(
      ['', 'per second', 'p50, ms', 'p99, ms', 'CPU, Node + PostgreSQL, µs', 'failed'],
      mutations.map((mutation) => [
        mutation.title,
        number(mutation.rate),
        number(mutation.p50),
        number(mutation.p99),
        cpu(mutation),
        number(mutation.failures),
      ]),
    ),
    '',
    '## Live events',
    '',
    'From sending the report to the arrival of its event, over all subscribers and events.',
    '',
    ...grid(
      ['subscribers', 'events', 'p50, ms', 'p99, ms', 'longest, ms', 'missing'],
      [[live.subscribers, live.events, live.p50, live.p99, live.most, live.missing].map(number)],
    ),
  ].join('\n');
}

function ratios(shapes, contestants, table) {
  const others = contestants.filter(({ name }) => name !== 'merzili');
  const p99 = (cells) =>
    cells.postgraphile ? (cells.merzili.p99 < cells.postgraphile.p50 ? 'yes' : 'no') : '';
  return [
    '## Merzili as a multiple of',
    '',
    ...grid(
      ['', ...others.map(({ title }) => title), 'p99 below PostGraphile’s median'],
      shapes.map(({ name, title }) => [
        title,
        ...others.map((other) => factor(table[name].merzili.rate, table[name][other.name].rate)),
        p99(table[name]),
      ]),
    ),
    '',
  ];
}

function growthTables({ sizes, shapes, tables, seen }) {
  const titles = {
    TUR: 'a nation that sees seven records in eight',
    AZE: 'a nation that sees one record in a thousand',
  };
  const [smallest, largest] = [sizes.at(0), sizes.at(-1)];
  return Object.entries(titles).flatMap(([audience, title]) => {
    const cpuOf = (shape, rows) => tables[audience][shape.name][rows].postgresMicroseconds;
    return [
      `## Growth, ${title}: requests per second (CPU of PostgreSQL per request, µs)`,
      '',
      ...grid(
        [
          '',
          ...sizes.map((rows, index) => `${number(rows)}, sees ${number(seen[audience][index])}`),
          'CPU, largest to smallest',
        ],
        shapes.map((shape) => [
          shape.title,
          ...sizes.map(
            (rows) => `${number(tables[audience][shape.name][rows].rate)} (${number(cpuOf(shape, rows))})`,
          ),
          factor(cpuOf(shape, largest), cpuOf(shape, smallest)),
        ]),
      ),
      '',
    ];
  });
}

const rate = ({ rate: perSecond, p50, p99, failures }) =>
  `${number(perSecond)} · ${number(p50)} / ${number(p99)}${failures > 0 ? ` · **${failures} failed**` : ''}`;
const cpu = ({ nodeMicroseconds, postgresMicroseconds }) =>
  `${number(nodeMicroseconds)} + ${number(postgresMicroseconds)}`;
const factor = (one, other) => (other ? `${(one / other).toFixed(one / other < 10 ? 2 : 0)}×` : '–');

export function number(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  return value < 10 && !Number.isInteger(value)
    ? value.toFixed(1)
    : Math.round(value).toLocaleString('en-GB');
}

function grid(head, lines) {
  const row = (cells) => `| ${cells.join(' | ')} |`;
  return [row(head), row(head.map((_, index) => (index === 0 ? '---' : '---:'))), ...lines.map(row)];
}
