import 'reflect-metadata';
import { type GraphQLInputType, getNamedType, isInputObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app/schema.js';
import { AUDIENCES, type Audience, type Nation, type Role } from '../../src/domain/scopes.js';
import { type Answer, type App, startApp } from '../support/app.js';
import { type Named, ROADS, type Twins, twinsIn, WRITES, writing } from './twins.js';
import { visibleParts } from './worlds.js';

const { schema } = createSchema();
let app: App;
let twins: Record<Audience, Twins[]>;

beforeAll(async () => {
  app = await startApp({ config: { logLevel: 'error' } });
  twins = await twinsIn(app);
});
afterAll(() => app?.stop());

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
    const document = writing(schema, mutation, payload);

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
        const userErrors: { code: string }[] = ofHidden.data?.[mutation]?.userErrors ?? [];
        const codes = [
          ...ofHidden.errors.map(({ extensions }) => extensions.code),
          ...userErrors.map(({ code }) => code),
        ];
        expect([['NOT_FOUND'], ['FORBIDDEN']]).toContainEqual(codes);
      }
    });
  });
});
