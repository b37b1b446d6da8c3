import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type App, type Caller, startApp } from '../support/app.js';

let app: App;
let integrator: Caller;
let officer: Caller;

beforeAll(async () => {
  app = await startApp({ config: { isProduction: true } });
  integrator = app.as(null, 'INTEGRATOR');
  officer = app.as('RUS', 'LIAISON_OFFICER', { locale: 'RU' });
  // What is measured below is the refusal, not the first use of the server.
  for (let round = 0; round < 5; round += 1)
    await officer.query(`{ viewer { subject } a${round}: __typename }`);
});
afterAll(() => app.stop());

const many = (count: number, write: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => write(index)).join(' ');

/** The answer to a document, and the shortest of three times, since others share the machine. */
async function quickest(document: string, body = JSON.stringify({ query: document })) {
  let took = Number.POSITIVE_INFINITY;
  let answer: Answer | undefined;
  for (let round = 0; round < 3; round += 1) {
    const startedAt = performance.now();
    answer = await post(body.replace('{ ', `{ ${','.repeat(round)}`));
    took = Math.min(took, performance.now() - startedAt);
  }
  if (!answer) throw new Error('never asked');
  return { ...answer, took };
}

async function post(body: string): Promise<Answer> {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${officer.token}`, 'content-type': 'application/json' },
    body,
  });
  const text = await response.text();
  const { data, errors = [] } = JSON.parse(text);
  return { status: response.status, headers: response.headers, text, data, errors };
}

/** Places within places, `levels` fields deep. */
const nested = (levels: number): string =>
  `{ place(code: "agdam") ${'{ parent '.repeat(levels - 2)} { code } ${'}'.repeat(levels - 2)} }`;

/** Fragments that each spread the next one twice: 2^depth fields when written out. */
const fanOut = (depth: number): string =>
  `{ ...f0 } ${many(depth, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`)} fragment f${depth} on Query { __typename }`;

/** The same through two aliases, so that nothing merges. */
const aliasedFanOut = (depth: number): string =>
  `{ place(code: "agdam") { ...f0 } } ${many(depth, (i) => `fragment f${i} on Place { a: parent { ...f${i + 1} } parent { ...f${i + 1} } }`)} fragment f${depth} on Place { code }`;

const circular = (levels: number): string =>
  `{ __schema { types { ${'fields { type { '.repeat(levels)} name ${'} }'.repeat(levels)} } } }`;

describe.each([
  ['depth', nested(13), nested(12), 12],
  [
    'aliases',
    `{ ${many(16, (i) => `a${i}: parties { code }`)} }`,
    `{ ${many(15, (i) => `a${i}: parties { code }`)} }`,
    15,
  ],
  [
    'aliases',
    `{ ${many(16, (i) => `a${i}: __typename`)} }`,
    `{ ${many(15, (i) => `a${i}: __typename`)} }`,
    15,
  ],
  [
    'directives',
    `{ ${many(9, (i) => `${'__typename'} @include(if: ${i >= 0})`)} }`,
    `{ ${many(8, (i) => `${'__typename'} @include(if: ${i >= 0})`)} }`,
    8,
  ],
  ['directives', `{ __typename ${'@aa'.repeat(9)} }`, `{ __typename }`, 8],
  ['fields', `{ ${'__typename '.repeat(201)} }`, `{ ${'__typename '.repeat(200)} }`, 200],
  ['fields', fanOut(20), fanOut(7), 200],
  ['tokens', `{ ${'__typename '.repeat(1_001)} }`, `{ ${'__typename '.repeat(198)} }`, 1_000],
  [
    'tokens',
    `{ ${'... on Query { __typename } '.repeat(2_000)} }`,
    `{ ${'... on Query { __typename } '.repeat(150)} }`,
    1_000,
  ],
  ['totalFields', aliasedFanOut(10), aliasedFanOut(3), 2_000],
])('the limit of %s', (limit, beyond, within, maximum) => {
  it('refuses what is beyond, at once and in the reader’s language', async () => {
    const { status, data, errors, took } = await quickest(beyond);
    expect(took).toBeLessThan(100);
    expect(status).toBe(400);
    expect(data).toBeUndefined();
    expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'LIMIT_EXCEEDED', limit, maximum }]);
    expect(errors[0]?.message).toMatch(/\p{Script=Cyrillic}/u);
    expect(errors[0]?.message).toContain(String(maximum));
  });

  it('answers what is within', async () => {
    const { status, errors } = await officer.query(within);
    expect([status, errors]).toEqual([200, []]);
  });
});

describe('introspection', () => {
  it('in circles is refused', async () => {
    const { status, errors } = await integrator.query(circular(4));
    expect([status, errors[0]?.extensions]).toEqual([
      400,
      { code: 'LIMIT_EXCEEDED', limit: 'introspection', maximum: 2 },
    ]);
  });

  it('as tools do it is answered to those who may, and to no officer', async () => {
    const document = getIntrospectionQuery({
      descriptions: true,
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    });
    const allowed = await integrator.query(document);
    expect([allowed.status, allowed.errors]).toEqual([200, []]);
    const refused = await officer.query(document);
    expect([refused.status, refused.errors[0]?.extensions.code]).toEqual([403, 'FORBIDDEN']);
  });
});

describe('cost', () => {
  const pages = (first: number) =>
    `{ incidents(first: ${first}) { nodes { provisions { incidents(first: ${first}) { nodes { reference } } } } } }`;

  it('above the ceiling is refused before anything is read', async () => {
    const { status, errors } = await officer.query(
      '{ incidents(first: 100) { nodes { provisions { incidents(first: 100) { nodes { claims { claimant { code } } } } } } } }',
    );
    expect([status, errors[0]?.extensions]).toEqual([
      400,
      { code: 'LIMIT_EXCEEDED', limit: 'cost', maximum: 50_000, requested: 551_101 },
    ]);
  });

  it('is reported with every answer', async () => {
    const { text } = await officer.query(pages(5));
    const { cost } = JSON.parse(text).extensions;
    expect(cost).toEqual({
      requested: 1 + 5 * (1 + 5 * (1 + 1 + 5)),
      actual: expect.any(Number),
      available: expect.any(Number),
      restoreRate: 5_000_000,
    });
    expect(cost.actual).toBeLessThanOrEqual(cost.requested);
    expect(cost.actual).toBeGreaterThan(0);
  });
});

it('reports five validation errors at the most', async () => {
  const { status, errors } = await integrator.query(`{ ${many(50, (i) => `wrong${i}`)} }`);
  expect([status, errors.length]).toEqual([400, 5]);
});

it.each([0, 101, -1, 2_147_483_647])('first: %d has a coded answer', async (first) => {
  const { status, errors } = await officer.query('query($n: Int) { incidents(first: $n) { totalCount } }', {
    n: first,
  });
  expect([status, errors[0]?.extensions.code]).toEqual([400, 'BAD_USER_INPUT']);
});

describe('documents made to be slow', () => {
  /** As many fields with sub-selections of one response key as fit, to be merged pairwise. */
  const pairwise = (() => {
    const level = (depth: number): string =>
      depth === 0 ? 'code' : `parent { ${level(depth - 1)} } parent { ${level(depth - 1)} }`;
    return `{ place(code: "agdam") { ${level(6)} } }`;
  })();
  const spreads = `{ place(code: "agdam") { ${many(120, (i) => `...f${i}`)} } } ${many(60, (i) => `fragment f${i} on Place { code name kind }`)}`;
  const cycle = 'query { ...a } fragment a on Query { ...b } fragment b on Query { ...a }';

  const lists = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;

  it.each([
    ['merged pairwise', JSON.stringify({ query: pairwise })],
    ['many fragments', JSON.stringify({ query: spreads })],
    ['fragments in circles', JSON.stringify({ query: cycle })],
    ['an endless list in a variable', `{"query":"{ __typename }","variables":{"x":${lists}}}`],
    [
      'an endless list in a variable that is used',
      `{"query":"query($x: [ID!]!) { nodes(ids: $x) { id } }","variables":{"x":${lists}}}`,
    ],
  ])('%s: answered within 100 ms', async (_name, body) => {
    const { status, took } = await quickest('', body);
    expect(took).toBeLessThan(100);
    expect(status).toBeLessThan(500);
  });
});
