import 'reflect-metadata';
import { type GraphQLInputType, getNamedType, isInputObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app/schema.js';
import { AUDIENCES, type Audience, type Nation, type Role } from '../../src/domain/scopes.js';
import { AUDIENCE_BIT } from '../../src/planner/audience-mask.js';
import { type Answer, type App, type Caller, startApp } from '../support/app.js';
import { cursorOf } from './pools.js';
import { visibleParts } from './worlds.js';

const { schema } = createSchema();

/** A record that is kept from somebody, and one that does not exist; otherwise alike. */
interface Twins {
  readonly hidden: Named;
  readonly absent: Named;
}
interface Named {
  readonly key: string;
  readonly reference: string;
  readonly time: string;
  readonly updated: string;
}

/** Every way to name a record: what is asked, with which of its names. */
const ROADS: Readonly<Record<string, { document: string; variables: (named: Named) => object }>> = {
  'node.id': {
    document:
      'query ($id: ID!) { node(id: $id) { id __typename ... on Incident { title { text } totals: claims { sourceUrl } } } }',
    variables: ({ key }) => ({ id: `Incident:${key}` }),
  },
  'nodes.ids': {
    document: 'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Incident { reference } } }',
    variables: ({ key }) => ({ ids: ['Party:TUR', `Incident:${key}`, `Incident:${key}`] }),
  },
  'incident.reference': {
    document: 'query ($reference: String!) { incident(reference: $reference) { id reference createdAt } }',
    variables: ({ reference }) => ({ reference }),
  },
  'search by reference': {
    document:
      'query ($search: String!) { incidents(filter: { search: $search }) { totalCount nodes { id } pageInfo { endCursor } } }',
    variables: ({ reference }) => ({ search: reference }),
  },
  'incidents.after': {
    document:
      'query ($after: String!) { incidents(first: 3, after: $after) { nodes { reference } pageInfo { hasPreviousPage startCursor } } }',
    variables: ({ key, time }) => ({ after: cursorOf('occurred_from', time, key) }),
  },
  'incidents.before': {
    document:
      'query ($before: String!) { incidents(last: 3, before: $before, orderBy: { field: UPDATED_AT }) { nodes { reference } pageInfo { hasNextPage } } }',
    variables: ({ key, updated }) => ({ before: cursorOf('updated_at', updated, key) }),
  },
  'translationQueue.after': {
    document:
      'query ($after: String!) { translationQueue(locale: AZ, after: $after) { totalCount nodes { reference } } }',
    variables: ({ key, time }) => ({ after: cursorOf('occurred_from', time, key) }),
  },
};

/** Mutations that name a record by its id: with inputs that would be fine if the viewer saw it. */
const WRITES: Readonly<Record<string, { readonly input: object; readonly payload: string }>> = {
  amendIncident: {
    input: { version: 1, severity: 'LOW' },
    payload: 'incident { id } userErrors { code message }',
  },
  translateIncident: {
    input: { version: 1, title: { locale: 'AZ', text: 'Bir' } },
    payload: 'incident { id } userErrors { code message }',
  },
  assessIncident: {
    input: { version: 1, verdict: 'CONFIRMED' },
    payload: 'incident { id } userErrors { code message }',
  },
  releaseIncident: {
    input: { version: 1, audience: 'RUS' },
    payload: 'incident { id } isEffective userErrors { code message }',
  },
  retractIncident: {
    input: { version: 1, reason: { locale: 'EN', text: 'One' } },
    payload: 'incident { id } userErrors { code message }',
  },
};

/** A mutation of one input. */
function writing(mutation: string, payload: string): string {
  const [argument] = schema.getMutationType()?.getFields()[mutation]?.args ?? [];
  if (!argument) throw new Error(`${mutation} is not in the schema`);
  return `mutation ($input: ${argument.type}) { ${mutation}(input: $input) { ${payload} } }`;
}

let app: App;
const twins = {} as Record<Audience, Twins[]>;

beforeAll(async () => {
  app = await startApp({ config: { logLevel: 'error' } });
  for (const audience of AUDIENCES) {
    const hidden = await app.sql<Named>(
      `select key::text, reference, to_json(occurred_from at time zone 'UTC') #>> '{}' || '+00:00' as time,
              to_json(updated_at at time zone 'UTC') #>> '{}' || '+00:00' as updated
         from incident where audience & ${AUDIENCE_BIT[audience]} = 0 order by key`,
    );
    twins[audience] = hidden.map((named) => ({ hidden: named, absent: absentTwin(named) }));
  }
});
afterAll(() => app?.stop());

/** Next to the hidden record in every order, so that no visible one lies between them. */
function absentTwin({ key, reference, time, updated }: Named): Named {
  const last = key.endsWith('0') ? '1' : '0';
  const number = String((Number(reference.slice(-6)) + 1) % 1_000_000).padStart(6, '0');
  return { key: key.slice(0, -1) + last, reference: reference.slice(0, -6) + number, time, updated };
}

const HEADS: readonly (readonly [Audience, Nation | null, Role])[] = [
  ['TUR', 'TUR', 'CONTINGENT_HEAD'],
  ['RUS', 'RUS', 'CONTINGENT_HEAD'],
  ['AZE', 'AZE', 'CONTINGENT_HEAD'],
  ['PUBLIC', null, 'INTEGRATOR'],
  ['PUBLIC', null, 'PUBLIC'],
];

/** The answer without what it was asked with. */
function anonymous(answer: Answer, named: Named): string {
  return visibleParts(answer).replaceAll(named.key, '(key)').replaceAll(named.reference, '(reference)');
}

describe('hidden records', () => {
  it('are as many as the marks in the shipped file say', () => {
    expect(AUDIENCES.map((audience) => twins[audience].length)).toEqual([4, 6, 10, 40]);
  });

  it('can be named in no way that is not asked here', () => {
    const known = new Set([
      ...Object.keys(ROADS),
      ...Object.keys(WRITES).map((name) => `${name}.input.id`),
      // Forward pages of a party's, a place's or a provision's incidents: cursors as above.
      ...['Party', 'Place', 'Provision'].map((type) => `${type}.incidents.after`),
      // Words of the record, asked in the two worlds.
      'search',
    ]);
    const named: string[] = [];
    const visit = (path: string, type: GraphQLInputType, name: string): void => {
      const inner = getNamedType(type);
      if (isInputObjectType(inner)) {
        for (const field of Object.values(inner.getFields()))
          visit(`${path}.${field.name}`, field.type, field.name);
      } else if (inner.name === 'ID' || ['reference', 'after', 'before', 'id', 'ids'].includes(name)) {
        named.push(path);
      }
    };
    for (const type of Object.values(schema.getTypeMap())) {
      if (!('getInterfaces' in type) || type.name.startsWith('__')) continue;
      for (const field of Object.values(type.getFields())) {
        for (const argument of field.args) {
          const root = [
            schema.getQueryType(),
            schema.getMutationType(),
            schema.getSubscriptionType(),
          ].includes(type as never);
          visit(`${root ? '' : `${type.name}.`}${field.name}.${argument.name}`, argument.type, argument.name);
        }
      }
    }
    const unasked = named.filter((path) => !known.has(path));
    // Lists of what is everybody's; and the subscription, whose cursors name events, not records.
    expect(unasked.sort()).toEqual(
      ['incidentEvents.after', 'officials.after', 'places.after'].filter((path) => named.includes(path)),
    );
  });

  describe.each(Object.entries(ROADS))('by %s', (road, { document, variables }) => {
    it.each(HEADS)('look absent to %s (%s %s), byte for byte', async (audience, nation, role) => {
      const caller = app.as(nation, role);
      for (const { hidden, absent } of twins[audience]) {
        const ofHidden = await caller.query(document, variables(hidden));
        const ofAbsent = await caller.query(document, variables(absent));
        expect(anonymous(ofHidden, hidden)).toBe(anonymous(ofAbsent, absent));
        expect(ofHidden.errors).toEqual([]);
      }
    });

    // A cursor need not name a record that is there.
    it.skipIf(/after|before/.test(road))('and are there for those who see them', async () => {
      const [, shown] = twins.TUR;
      const owner = await app.sql<{ originator: Nation }>('select originator from incident where key = $1', [
        shown?.hidden.key,
      ]);
      if (!shown || !owner[0]) throw new Error('No record to show');
      const caller = app.as(owner[0].originator, 'CONTINGENT_HEAD');
      const answer = await caller.query(document, variables(shown.hidden));
      expect(answer.errors).toEqual([]);
      expect(answer.text).not.toBe(
        (await caller.query(document, variables(shown.absent))).text.replaceAll(
          shown.absent.key,
          shown.hidden.key,
        ),
      );
    });
  });

  describe.each(Object.entries(WRITES))('by %s', (mutation, { input, payload }) => {
    const document = writing(mutation, payload);

    it.each(HEADS)('look absent to %s (%s %s), byte for byte', async (audience, nation, role) => {
      const caller = app.as(nation, role);
      for (const { hidden, absent } of twins[audience]) {
        const ofHidden = await caller.query(document, {
          input: { ...input, id: `Incident:${hidden.key}` },
        });
        const ofAbsent = await caller.query(document, {
          input: { ...input, id: `Incident:${absent.key}` },
        });
        expect(anonymous(ofHidden, hidden)).toBe(anonymous(ofAbsent, absent));
        expect(ofHidden.errors).toHaveLength(1);
        expect(['NOT_FOUND', 'FORBIDDEN']).toContain(ofHidden.errors[0]?.extensions.code);
      }
    });
  });
});

describe('the time it takes', () => {
  const PAIRS = 200;

  /** Medians in milliseconds, and how likely chance alone makes one of a pair slower so often. */
  async function race(caller: Caller, document: string, hidden: object, absent: object) {
    const took = async (variables: object): Promise<number> => {
      const start = performance.now();
      await caller.query(document, variables);
      return performance.now() - start;
    };
    for (let warming = 0; warming < 30; warming += 1) await took(warming % 2 === 0 ? hidden : absent);
    const hiddenTimes: number[] = [];
    const absentTimes: number[] = [];
    let hiddenSlower = 0;
    for (let pair = 0; pair < PAIRS; pair += 1) {
      const hiddenFirst = pair % 2 === 0;
      const first = await took(hiddenFirst ? hidden : absent);
      const second = await took(hiddenFirst ? absent : hidden);
      const [ofHidden, ofAbsent] = hiddenFirst ? [first, second] : [second, first];
      hiddenTimes.push(ofHidden);
      absentTimes.push(ofAbsent);
      if (ofHidden > ofAbsent) hiddenSlower += 1;
    }
    const z = (Math.abs(hiddenSlower - PAIRS / 2) - 0.5) / (Math.sqrt(PAIRS) / 2);
    return { hidden: median(hiddenTimes), absent: median(absentTimes), p: Math.min(1, 2 * upperTail(z)) };
  }

  /** Every way to name a record, for reading and for writing. */
  const ASKED: Readonly<Record<string, { document: string; variables: (named: Named) => object }>> = {
    ...ROADS,
    ...Object.fromEntries(
      Object.entries(WRITES).map(([mutation, { input, payload }]) => [
        mutation,
        {
          document: writing(mutation, payload),
          variables: ({ key }: Named) => ({ input: { ...input, id: `Incident:${key}` } }),
        },
      ]),
    ),
  };

  it.each(Object.entries(ASKED))('tells nothing by %s', { timeout: 120_000 }, async (road, asked) => {
    const [pair] = twins.TUR;
    if (!pair) throw new Error('Nothing to ask');
    const caller = app.as('TUR', 'CONTINGENT_HEAD');
    // A machine that does other things besides may be unlucky once, not three times.
    let result = await race(
      caller,
      asked.document,
      asked.variables(pair.hidden),
      asked.variables(pair.absent),
    );
    for (let again = 0; again < 2 && result.p <= 0.001; again += 1) {
      result = await race(caller, asked.document, asked.variables(pair.hidden), asked.variables(pair.absent));
    }
    console.log(
      `${road}: hidden ${result.hidden.toFixed(3)} ms, absent ${result.absent.toFixed(3)} ms (medians of ${PAIRS}), sign test p = ${result.p.toFixed(3)}`,
    );
    expect(result.p).toBeGreaterThan(0.001);
    expect(result.hidden / result.absent).toBeGreaterThan(0.67);
    expect(result.hidden / result.absent).toBeLessThan(1.5);
  });
});

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Chance that a standard normal value is above z, by Abramowitz and Stegun 26.2.17. */
function upperTail(z: number): number {
  if (z < 0) return 1 - upperTail(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
}
