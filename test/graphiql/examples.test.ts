import { parse } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EXAMPLES } from '../../src/graphiql/examples.js';
import { type App, startApp } from '../support/app.js';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.stop());

test.each(EXAMPLES.map((query) => ({ query })))('example runs: $query', async ({ query }) => {
  const { data, errors } = await app.as('TUR', 'LIAISON_OFFICER').query(query);
  expect(errors).toEqual([]);
  expect(Object.values(data)).toEqual([expect.anything()]);
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
