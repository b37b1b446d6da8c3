import type { GraphQLSchema } from 'graphql';
import { AUDIENCES, type Audience } from '../../src/domain/scopes.js';
import { AUDIENCE_BIT } from '../../src/planner/audience-mask.js';
import type { App } from '../support/app.js';
import { cursorOf } from './pools.js';

/** A record that is kept from somebody, and one that does not exist; otherwise alike. */
export interface Twins {
  readonly hidden: Named;
  readonly absent: Named;
}
export interface Named {
  readonly key: string;
  readonly reference: string;
  readonly time: string;
  readonly updated: string;
}

/** Every way to name a record: what is asked, with which of its names. */
export const ROADS: Readonly<Record<string, { document: string; variables: (named: Named) => object }>> = {
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
export const WRITES: Readonly<Record<string, { readonly input: object; readonly payload: string }>> = {
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
export function writing(schema: GraphQLSchema, mutation: string, payload: string): string {
  const [argument] = schema.getMutationType()?.getFields()[mutation]?.args ?? [];
  if (!argument) throw new Error(`${mutation} is not in the schema`);
  return `mutation ($input: ${argument.type}) { ${mutation}(input: $input) { ${payload} } }`;
}

/** For every audience, the records that are hidden from it, each with its twin. */
export async function twinsIn(app: App): Promise<Record<Audience, Twins[]>> {
  const twins = {} as Record<Audience, Twins[]>;
  for (const audience of AUDIENCES) {
    const hidden = await app.sql<Named>(
      `select key::text, reference, to_json(occurred_from at time zone 'UTC') #>> '{}' || '+00:00' as time,
              to_json(updated_at at time zone 'UTC') #>> '{}' || '+00:00' as updated
         from incident where audience & ${AUDIENCE_BIT[audience]} = 0 order by key`,
    );
    twins[audience] = hidden.map((named) => ({ hidden: named, absent: absentTwin(named) }));
  }
  return twins;
}

/** Next to the hidden record in every order, so that no visible one lies between them. */
function absentTwin({ key, reference, time, updated }: Named): Named {
  const last = key.endsWith('0') ? '1' : '0';
  const number = String((Number(reference.slice(-6)) + 1) % 1_000_000).padStart(6, '0');
  return { key: key.slice(0, -1) + last, reference: reference.slice(0, -6) + number, time, updated };
}
