import 'reflect-metadata';
import { getOperationAST, parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app/schema.js';
import { createCostOf } from '../../src/demand/cost.js';

const { schema } = createSchema();
const costOf = createCostOf(schema);

function cost(text: string, variables = {}): number {
  const document = parse(text);
  expect(validate(schema, document)).toEqual([]);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('No operation');
  return costOf(document, operation, variables);
}

const ITEM = 'nodes { reference place { name } }';
const ACT =
  'retractIncident(input: { id: "x", version: 1, reason: { locale: EN, text: "x" } }) { incident { id } }';

describe('the cost of an operation', () => {
  it.each([
    ['{ __typename }', {}, 1],
    ['{ viewer { subject } }', {}, 1],
    ['{ parties { code } }', {}, 5],
    [`{ incidents { ${ITEM} } }`, {}, 1 + 20 * 2],
    [`{ incidents(first: 7) { ${ITEM} } }`, {}, 1 + 7 * 2],
    [`{ incidents(last: 100) { edges { node { reference } } } }`, {}, 1 + 100 * 2],
    [`query($n: Int) { incidents(first: $n) { ${ITEM} } }`, { n: 50 }, 1 + 50 * 2],
    [`query($n: Int = 30) { incidents(first: $n) { ${ITEM} } }`, {}, 1 + 30 * 2],
    [`query($n: Int) { incidents(first: $n) { ${ITEM} } }`, { n: 1e9 }, 1 + 100 * 2],
    [`{ a: incidents { ${ITEM} } b: incidents { ${ITEM} } }`, {}, 2 * 41],
    [
      `{ ...A ...A } fragment A on Query { incidents(first: 3) { ...B } } fragment B on IncidentConnection { ${ITEM} }`,
      {},
      14,
    ],
    [`query($toString: Int = 100) { incidents(first: $toString) { ${ITEM} } }`, {}, 1 + 100 * 2],
    [`query($valueOf: Int = 100) { incidents(first: $valueOf) { ${ITEM} } }`, {}, 1 + 100 * 2],
    [`query($constructor: Int = 100) { incidents(first: $constructor) { ${ITEM} } }`, {}, 1 + 100 * 2],
    [`query($__proto__: Int = 100) { incidents(first: $__proto__) { ${ITEM} } }`, {}, 1 + 100 * 2],
    ['query($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids: ['a', 'b', 'c'] }, 3],
    [`mutation { ${ACT} }`, {}, 2_002],
    [`mutation { a: ${ACT} b: ${ACT} c: ${ACT} }`, {}, 6_006],
    ['{ incidents(first: 3) { nodes { a: digest b: digest(locale: RU) } } }', {}, 1 + 3 * (1 + 20)],
    ['{ incidents(first: 3) { nodes { title { text } narrative { locale } } } }', {}, 1 + 3 * (1 + 2 + 1)],
    ['{ __schema { types { name } } }', {}, 20],
  ])('%s with %o is %d', (text, variables, expected) => {
    expect(cost(text, variables)).toBe(expected);
    // Out of what is kept, too.
    expect(cost(text, variables)).toBe(expected);
  });
});
