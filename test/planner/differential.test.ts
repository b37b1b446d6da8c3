import 'reflect-metadata';
import fc from 'fast-check';
import { buildSchema, type GraphQLSchema, parse, printSchema, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app/schema.js';
import { LOCALES } from '../../src/domain/locale.js';
import { type App, startApp } from '../support/app.js';
import { installationOf } from '../support/roles.js';
import { rounds, SEED } from '../support/rounds.js';
import { ASKERS, HEAD_IDENTITY } from './differential/asker.js';
import { choicesFrom } from './differential/choices.js';
import { enrich } from './differential/enrich.js';
import { COMPOSED, isCompared } from './differential/fields.js';
import { operationFrom } from './differential/operations.js';
import { createOracle, type Oracle } from './differential/oracle.js';
import { loadRecord } from './differential/record.js';
import { learnCursors, openReadServer, placed } from './differential/server.js';
import type { Pool } from './differential/values.js';

const RUNS = rounds(400, 6_000);
const RUNS_OVER_HTTP = rounds(60, 600);
const MANY = rounds(300, 3_000);

let app: App;
let server: ReturnType<typeof openReadServer>;
let oracle: Oracle;
let schema: GraphQLSchema;
let pool: Pool;

beforeAll(async () => {
  app = await startApp();
  await enrich(app.sql, HEAD_IDENTITY);
  server = openReadServer(installationOf(app.database.url));
  schema = buildSchema(printSchema(createSchema().schema));
  pool = { record: await loadRecord(app.sql), cursors: await learnCursors(server) };
  oracle = createOracle(schema, pool.record, pool.cursors);
});
afterAll(async () => {
  await server?.close();
  await app?.stop();
});

/** A request of the numbers a run has drawn. */
function requestFrom(numbers: ArrayLike<number>) {
  const choices = choicesFrom(numbers);
  const asker = choices.pick(ASKERS);
  const operation = operationFrom(schema, choices, pool, asker);
  return { asker, ...operation, document: parse(operation.text) };
}

/** JSON text, so that the order of keys counts; moments are equal however many zeros they end in. */
function comparable(data: unknown): string {
  return JSON.stringify(
    data,
    (_, value) =>
      typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)
        ? new Date(value).toISOString()
        : value,
    1,
  );
}

describe('answers of the read path', () => {
  it('are those of graphql-js over the same rows', async () => {
    const draws = fc.uint16Array({ minLength: 8, maxLength: 900, size: 'max' });
    await fc.assert(
      fc.asyncProperty(draws, async (numbers) => {
        const { asker, text, variables, document } = requestFrom(numbers);
        expect(validate(schema, document)).toEqual([]);
        const expected = oracle(asker, document, variables);
        // A quarter is asked again: then the statement carries its reference data as constants.
        if (numbers.length % 4 === 0) await server.ask(asker, document, variables);
        const actual = await server.ask(asker, document, variables);
        const question = `${asker.nation} ${asker.role} ${asker.locale}\n${text}\n${JSON.stringify(variables)}`;
        expect(actual.errors, question).toEqual(placed(expected.errors ?? []));
        expect(comparable(actual.data), question).toBe(comparable(expected.data));
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: true },
    );
  }, 600_000);
});

describe('answers over HTTP', () => {
  it('are the same', async () => {
    const draws = fc.uint16Array({ minLength: 8, maxLength: 200, size: 'max' });
    let turn = 0;
    await fc.assert(
      fc.asyncProperty(draws, async (numbers) => {
        const { asker, text, variables, document } = requestFrom(numbers);
        fc.pre(!text.includes('expiresAt'));
        turn += 1;
        // A subject of its own for every request, for whom nothing has been used up.
        const subject = `reader-${turn}`;
        const scopes = [...asker.scopes];
        const { nation, role, locale } = asker;
        const answer = await app.as(nation, role, { subject, scopes, locale }).query(text, variables);
        const errors = answer.errors.map(({ path, extensions }) => ({
          path: path?.join('.') ?? '',
          code: extensions.code,
        }));
        fc.pre(!errors.some(({ code }) => code === 'LIMIT_EXCEEDED'));
        const expected = oracle({ ...asker, subject }, document, variables);
        expect(errors, text).toEqual(placed(expected.errors ?? []));
        expect(comparable(answer.data), text).toBe(comparable(expected.data));
        expect(answer.status).toBe(200);
      }),
      { numRuns: RUNS_OVER_HTTP, seed: SEED, endOnFailure: true },
    );
  }, 180_000);
});

describe('plans', () => {
  const AT_ONCE = 20;
  const DOCUMENTS = [
    `query ($size: Int, $locale: Locale, $isFull: Boolean!, $category: [IncidentCategory!]) {
      incidents(first: $size, filter: { category: $category }) {
        totalCount nodes { reference categoryLabel(locale: $locale) title { text locale } ... @include(if: $isFull) { releasedTo viewerActions } } } }`,
    `query ($size: Int, $locale: Locale, $isFull: Boolean!, $category: [IncidentCategory!]) {
      incidentStatistics(groupBy: [CATEGORY, MONTH], filter: { category: $category }) { keys labels(locale: $locale) count }
      parties @skip(if: $isFull) { name(locale: $locale) incidents(first: $size) { totalCount } } }`,
    `query ($size: Int, $locale: Locale, $isFull: Boolean!, $category: [IncidentCategory!]) {
      places(first: $size) { nodes { name kindLabel(locale: $locale) incidents(filter: { category: $category }) { totalCount } } }
      officials(first: $size) { nodes { name @include(if: $isFull) code contact { phone } } } }`,
  ].map((text) => parse(text));

  it(`of one kind of viewer, language and shape never answer another: ${MANY} requests, many at once`, async () => {
    const ask = async (turn: number) => {
      const asker = {
        ...(ASKERS[turn % ASKERS.length] ?? fail()),
        locale: LOCALES[(turn >> 2) % LOCALES.length] ?? fail(),
      };
      const document = DOCUMENTS[turn % DOCUMENTS.length] ?? fail();
      const variables = {
        size: [1, 3, null][turn % 3],
        locale: turn % 5 === 0 ? null : LOCALES[(turn * 7) % LOCALES.length],
        isFull: turn % 2 === 0,
        category: [['MINE_INCIDENT'], null, [], ['SHELLING', 'ARMED_CLASH']][(turn >> 1) % 4],
      };
      return { asker, document, variables, actual: await server.ask(asker, document, variables) };
    };
    const answers: Awaited<ReturnType<typeof ask>>[] = [];
    // More of them at once would be refused for want of connections.
    for (let turn = 0; turn < MANY; turn += AT_ONCE) {
      answers.push(...(await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => ask(turn + index)))));
    }
    for (const { asker, document, variables, actual } of answers) {
      const expected = oracle(asker, document, variables);
      const question = `${asker.nation} ${asker.role} ${asker.locale} ${JSON.stringify(variables)}`;
      expect(actual.errors, question).toEqual(placed(expected.errors ?? []));
      expect(comparable(actual.data), question).toBe(comparable(expected.data));
    }
  }, 180_000);
});

function fail(): never {
  throw new Error('Nothing there');
}

describe('the oracle', () => {
  it('knows every query of the schema but those that are named', () => {
    const queries = Object.keys(schema.getQueryType()?.getFields() ?? {});
    const unknown = queries.filter(
      (name) => !isCompared({ name: 'Query' }, name) && !COMPOSED.has(`Query.${name}`),
    );
    expect(unknown).toEqual([]);
    expect(queries.length).toBeGreaterThan(15);
  });
});
