import 'reflect-metadata';
import fc from 'fast-check';
import { buildSchema, type GraphQLSchema, parse, printSchema, validate } from 'graphql';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createSchema } from '../../src/schema.js';
import { type App, startApp } from '../support/app.js';
import { ASKERS, HEAD_IDENTITY } from './differential/asker.js';
import { choicesFrom } from './differential/choices.js';
import { enrich } from './differential/enrich.js';
import { isCompared, ORACLE_FIELDS } from './differential/fields.js';
import { operationFrom } from './differential/operations.js';
import { createOracle, type Oracle } from './differential/oracle.js';
import { loadRecord } from './differential/record.js';
import { learnCursors, openReadServer, placed, type ReadServer } from './differential/server.js';
import type { Pool } from './differential/values.js';

const RUNS = Number(process.env.DIFFERENTIAL_RUNS ?? 2_000);

const SEED = Number(process.env.DIFFERENTIAL_SEED ?? Date.now());

let app: App;
let server: ReadServer;
let oracle: Oracle;
let schema: GraphQLSchema;
let pool: Pool;

beforeAll(async () => {
  app = await startApp();
  await enrich(app.sql, HEAD_IDENTITY);
  server = openReadServer(app.database.url, inject('secret'));
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
      typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) ? new Date(value).toISOString() : value,
    1,
  );
}

describe('answers of the read path', () => {
  it(
    'are those of graphql-js over the same rows',
    async () => {
      const draws = fc.uint16Array({ minLength: 8, maxLength: 900, size: 'max' });
      await fc.assert(
        fc.asyncProperty(draws, async (numbers) => {
          const { asker, text, variables, document } = requestFrom(numbers);
          expect(validate(schema, document)).toEqual([]);
          const expected = oracle(asker, document, variables);
          const actual = await server.ask(asker, document, variables);
          const question = `${asker.nation} ${asker.role} ${asker.locale}\n${text}\n${JSON.stringify(variables)}`;
          expect(actual.errors, question).toEqual(placed(expected.errors ?? []));
          expect(comparable(actual.data), question).toBe(comparable(expected.data));
        }),
        { numRuns: RUNS, seed: SEED, endOnFailure: !process.env.DIFFERENTIAL_SHRINKS },
      );
    },
    180_000,
  );
});

describe('the oracle', () => {
  it('knows every query of the contract', () => {
    const query = schema.getQueryType();
    const unknown = Object.keys(query?.getFields() ?? {}).filter((name) => !isCompared({ name: 'Query' }, name));
    expect(unknown).toEqual([]);
    expect(Object.keys(ORACLE_FIELDS).length).toBeGreaterThan(50);
  });
});
