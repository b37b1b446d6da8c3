import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app/schema.js';
import { Chance } from '../separation/chance.js';
import { type App, startApp } from '../support/app.js';
import { rounds, SEED } from '../support/rounds.js';
import { openTransports, type Reply, type Sent, type Transports } from '../support/transports.js';
import { OddDocuments } from './odd-documents.js';

let app: App;
let officer: Transports;
let stranger: Transports;

beforeAll(async () => {
  app = await startApp({ config: { isProduction: true } });
  officer = await openTransports(app, app.as('TUR', 'DUTY_OFFICER'));
  stranger = await openTransports(app, app.as(null, 'PUBLIC'));
});
afterAll(async () => {
  officer.end();
  stranger.end();
  await app.stop();
});

const codesOf = ({ errors = [] }: Reply): unknown[] => errors.map(({ extensions }) => extensions.code);

describe('an operation fails by itself', () => {
  const SKIPPED = 'subscription S($x: Boolean!) { incidentEvents @skip(if: $x) { kind } }';

  it.each(['POST', 'GET', 'SSE', 'WebSocket'] as const)('%s', async (transport) => {
    const ask = (sent: Sent) => officer.ask[transport](sent);
    const beside = await ask({ query: `query Q { __typename } ${SKIPPED}`, operationName: 'Q' });
    expect(beside).toMatchObject({ status: 200, data: { __typename: 'Query' } });
    const undeclared = await ask({ query: 'subscription { incidentEvents @skip(if: $x) { kind } }' });
    expect(codesOf(undeclared)).toEqual(['GRAPHQL_VALIDATION_FAILED']);
    if (transport === 'SSE' || transport === 'WebSocket') {
      expect(codesOf(await ask({ query: SKIPPED, variables: { x: false } }))).toEqual([]);
      expect(codesOf(await ask({ query: SKIPPED, variables: { x: true } }))).toEqual(['BAD_USER_INPUT']);
      for (const x of [undefined, null, 1])
        expect(codesOf(await ask({ query: SKIPPED, variables: { x } }))).toEqual(['BAD_USER_INPUT']);
    }
    expect(officer.closedWith).toBeNull();
  });

  it('of a document that is not valid, no operation runs', async () => {
    const query = 'query Q { __typename } query R { nope }';
    for (const ask of Object.values(officer.ask))
      expect(codesOf(await ask({ query, operationName: 'Q' }))).toEqual(['GRAPHQL_VALIDATION_FAILED']);
  });

  it('a viewer without a nation asks for the type of mutations', async () => {
    const { data } = await stranger.ask.POST({ query: 'mutation { __typename }' });
    expect(data).toEqual({ __typename: 'Mutation' });
  });
});

it('odd documents fail with a code, never inside the server, and leave the socket open', async () => {
  const { schema } = createSchema();
  let answered = 0;
  const check = async (generate: fc.GeneratorValue): Promise<void> => {
    const chance = new Chance(generate);
    const sent = new OddDocuments(schema, chance).next();
    const { ask } = chance.chance(70) ? officer : stranger;
    const isQuery = !/mutation|subscription/.test(sent.query);
    let first: unknown;
    for (const [name, askThere] of Object.entries(ask)) {
      const reply = await askThere(sent);
      const what = JSON.stringify([name, sent, reply]);
      expect(codesOf(reply), what).not.toContain('INTERNAL_SERVER_ERROR');
      expect(codesOf(reply), what).not.toContain(undefined);
      expect(reply.status, what).toBeLessThan(500);
      expect(officer.closedWith ?? stranger.closedWith, what).toBeNull();
      if (!reply.errors) answered += 1;
      if (!isQuery) continue;
      first ??= codesOf(reply);
      expect(codesOf(reply), what).toEqual(first);
    }
  };
  const numRuns = rounds(150, 3_000);
  await fc.assert(fc.asyncProperty(fc.gen(), check), { numRuns, seed: SEED, endOnFailure: true });
  expect(answered).toBeGreaterThan(numRuns / 2);
}, 600_000);
