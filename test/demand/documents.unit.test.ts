import { buildSchema, parse, specifiedRules, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { openDocuments } from '../../src/demand/documents.js';

const schema = buildSchema('type Query { a: Int } type Subscription { b(n: Int): Int c: Int }');

function codesOf(text: string): unknown[] {
  const examined = openDocuments(schema).examine(text);
  return 'errors' in examined ? examined.errors.map(({ extensions }) => extensions.code) : [];
}

describe('the root fields of a subscription', () => {
  it.each([
    'subscription { b }',
    'subscription { b b }',
    'subscription { ...F } fragment F on Subscription { b ...F2 } fragment F2 on Subscription { b }',
    'subscription { ... on Subscription { b } c @skip(if: true) }',
    'subscription { b c @include(if: false) }',
    'subscription { b @skip(if: true) }',
    'subscription { b c }',
    'subscription A { b c d: b }',
    'subscription { b d: b(n: 1) }',
    'subscription { __typename }',
    'subscription S { b __typename }',
    'subscription S { ... @include(if: true) { x: __typename } }',
    'subscription { b @skip(if: false) c @include(if: true) }',
    'query Q { a } subscription S { b c }',
    'query { a b: a __typename }',
  ])('are judged as graphql-js judges them: %s', (text) => {
    const expected = validate(schema, parse(text), specifiedRules).map(() => 'GRAPHQL_VALIDATION_FAILED');
    expect(codesOf(text)).toEqual(expected);
  });

  it.each([
    ['subscription S($x: Boolean!) { b @skip(if: $x) }', 0],
    ['subscription S($x: Boolean = true) { ...F @include(if: $x) } fragment F on Subscription { b }', 0],
    ['query Q { a } subscription S($x: Boolean!) { b @skip(if: $x) }', 0],
    ['subscription S($x: Boolean!) { b @skip(if: $x) c @include(if: $x) }', 1],
    ['subscription S { b @skip(if: $x) }', 1],
    ['subscription S { b @skip(if: 1) }', 1],
    ['subscription S { b @skip }', 1],
    ['subscription S { b @skip(of: true) }', 2],
  ])('take directives whose value is not known: %s', (text, errors) => {
    expect(codesOf(text)).toEqual(Array(errors).fill('GRAPHQL_VALIDATION_FAILED'));
  });
});
