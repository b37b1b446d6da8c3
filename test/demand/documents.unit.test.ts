import { buildSchema } from 'graphql';
import { expect, test } from 'vitest';
import { openDocuments } from '../../src/demand/documents.js';

const schema = buildSchema('type Query { a: Int } type Subscription { b: Int }');

test('a rule that throws refuses the document with a coded error', () => {
  const text = 'subscription S($x: Boolean!) { b @skip(if: $x) }';
  const examined = openDocuments(schema).examine(text);
  expect('errors' in examined && examined.errors[0]?.extensions).toMatchObject({
    code: 'GRAPHQL_VALIDATION_FAILED',
    http: { status: 400 },
  });
});
