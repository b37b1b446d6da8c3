import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type App, type Caller, startApp } from '../support/app.js';
import { startCpuTime } from '../support/cpu-time.js';
import { CIRCULAR_INTROSPECTION, ENDLESS_LIST, LIMITED, SLOW, TOO_DEAR } from './hostile-documents.js';

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

/** The answer to a document, and the shortest of three times. */
async function quickest(document: string, body = JSON.stringify({ query: document })) {
  let took = Number.POSITIVE_INFINITY;
  let answer: Answer | undefined;
  for (let round = 0; round < 3; round += 1) {
    const cpuTime = startCpuTime();
    answer = await post(body.replace('{ ', `{ ${','.repeat(round)}`));
    took = Math.min(took, cpuTime());
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

describe.each(LIMITED)('the limit of %s', (limit, beyond, within, maximum) => {
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
    const { status, errors } = await integrator.query(CIRCULAR_INTROSPECTION);
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
    const { status, errors } = await officer.query(TOO_DEAR);
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
      restoreRate: 1_000_000,
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
  const bodies: readonly (readonly [string, string])[] = [
    ...SLOW.map(([name, query]) => [name, JSON.stringify({ query })] as const),
    ['an endless list in a variable', `{"query":"{ __typename }","variables":{"x":${ENDLESS_LIST}}}`],
    [
      'an endless list in a variable that is used',
      `{"query":"query($x: [ID!]!) { nodes(ids: $x) { id } }","variables":{"x":${ENDLESS_LIST}}}`,
    ],
  ];

  it.each(bodies)('%s: answered within 100 ms', async (_name, body) => {
    const { status, took } = await quickest('', body);
    expect(took).toBeLessThan(100);
    expect(status).toBeLessThan(500);
  });
});
