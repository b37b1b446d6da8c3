import { parse } from 'graphql';
import { expect, test } from 'vitest';
import { EXAMPLES } from '../../src/graphiql/examples.js';
import { answerStubQuery } from './stub-api.js';

const VIEWER = { subject: 's', nation: 'TUR', role: 'LIAISON_OFFICER' };

test.each(EXAMPLES.map((query) => ({ query })))('example runs: $query', async ({ query }) => {
  expect(await answerStubQuery({ query }, VIEWER, 'tr', true)).not.toHaveProperty('errors');
});

test('each example is one operation with a name of its own, for its tab', () => {
  const names = EXAMPLES.flatMap((query) =>
    parse(query).definitions.map((definition) =>
      definition.kind === 'OperationDefinition' ? definition.name?.value : undefined,
    ),
  );
  expect(names).toEqual([
    'Incidents',
    'TwoLanguages',
    'Statistics',
    'Agreement',
    'Viewer',
    'TranslationQueue',
  ]);
});
