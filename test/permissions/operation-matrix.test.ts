import 'reflect-metadata';
import { GraphQLObjectType } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app/schema.js';
import type { Nation, Role, Scope } from '../../src/domain/scopes.js';
import { type Answer, type App, startApp } from '../support/app.js';
import { EXPECTED_GRANTS, EXPECTED_ROLES, nationsIn } from './expectations.js';
import { EXPECTED_OPERATION_SCOPES } from './operation-expectations.js';
import { statedScopes } from './stated-scopes.js';

const { schema } = createSchema();
const ID = 'Incident:00000000-0000-4000-8000-000000000000';

/** A request for each operation and protected field; nothing but rights keeps it from being carried out. */
const REQUESTS: Readonly<Record<string, string>> = {
  'Query.viewer': '{ viewer { role } }',
  'Query.node': '{ node(id: "Party:TUR") { id } }',
  'Query.nodes': '{ nodes(ids: ["Party:TUR"]) { id } }',
  'Query.centre': '{ centre { openedOn } }',
  'Query.parties': '{ parties { code } }',
  'Query.party': '{ party(code: "TUR") { code } }',
  'Query.officials': '{ officials(first: 1) { nodes { code } } }',
  'Query.official': '{ official(code: "katirci") { code } }',
  'Query.agreements': '{ agreements { code } }',
  'Query.agreement': '{ agreement(code: "memorandum-2020") { code } }',
  'Query.provision': '{ provision(code: "trilateral-statement-2020/6") { code } }',
  'Query.places': '{ places(first: 1) { nodes { code } } }',
  'Query.place': '{ place(code: "agdam") { code } }',
  'Query.vocabularies': '{ vocabularies { name } }',
  'Query.incident': '{ incident(reference: "TUR-2021-000000") { id } }',
  'Query.incidents': '{ incidents(first: 1) { totalCount } }',
  'Query.translationQueue': '{ translationQueue(locale: AZ) { totalCount } }',
  'Query.dailyReport': '{ dailyReport(date: "2022-03-09", locales: [TR]) { date } }',
  'Query.incidentStatistics': '{ incidentStatistics(groupBy: []) { count } }',
  'Mutation.reportIncident':
    'mutation { reportIncident(input: { idempotencyKey: "k", category: SHELLING, occurredFrom: "2022-03-09T08:00:00Z", title: { locale: EN, text: "One" } }) { incident { id } userErrors { code } } }',
  'Mutation.amendIncident': `mutation { amendIncident(input: { id: "${ID}", version: 1, severity: LOW }) { userErrors { code } } }`,
  'Mutation.translateIncident': `mutation { translateIncident(input: { id: "${ID}", version: 1, title: { locale: AZ, text: "Bir" } }) { userErrors { code } } }`,
  'Mutation.assessIncident': `mutation { assessIncident(input: { id: "${ID}", version: 1, verdict: CONFIRMED }) { userErrors { code } } }`,
  'Mutation.releaseIncident': `mutation { releaseIncident(input: { id: "${ID}", version: 1, audience: PUBLIC }) { userErrors { code } } }`,
  'Mutation.retractIncident': `mutation { retractIncident(input: { id: "${ID}", version: 1, reason: { locale: EN, text: "One" } }) { userErrors { code } } }`,
  'Mutation.assessProvision':
    'mutation { assessProvision(input: { code: "trilateral-statement-2020/6", status: FULL }) { userErrors { code } } }',
  'Mutation.revokeToken': 'mutation { revokeToken(input: { jti: "x" }) { revoked } }',
  'Incident.digest': '{ incidents(first: 1) { nodes { digest } } }',
  'Incident.position': '{ incidents(first: 1) { nodes { position { latitude } } } }',
  'Official.contact': '{ officials(first: 1) { nodes { contact { email } } } }',
  'Party.incidents': '{ party(code: "AZE") { incidents(first: 1) { totalCount } } }',
  'Place.incidents': '{ place(code: "agdam") { incidents(first: 1) { totalCount } } }',
  'Provision.incidents':
    '{ provision(code: "trilateral-statement-2020/6") { incidents(first: 1) { totalCount } } }',
};
/** Fields whose request passes through another scope first. */
const ON_THE_WAY: Readonly<Record<string, string>> = {
  'Incident.digest': 'incident:read',
  'Incident.position': 'incident:read',
};
/** Fields that are null without an error for those who lack their scope. */
const WITHHELD = new Set(['Incident.position', 'Official.contact']);
const isWithheld = (name: string, scope: string): boolean =>
  WITHHELD.has(name) && scope === EXPECTED_OPERATION_SCOPES[name];

/** Needs a connection of its own; the tests of live events ask for it. */
const NOT_BY_REQUEST = new Set(['Subscription.incidentEvents']);

const PEOPLE: readonly { readonly nation: Nation | null; readonly role: Role }[] = EXPECTED_ROLES.flatMap(
  (role) => {
    const nations = role === 'INTEGRATOR' || role === 'PUBLIC' ? [null] : (['TUR', 'RUS', 'AZE'] as const);
    return nations.map((nation) => ({ nation, role }));
  },
);

/** Scopes the hand-written table gives a role of a nation. */
function expectedGrants(nation: Nation | null, role: Role): string[] {
  const column = EXPECTED_ROLES.indexOf(role);
  return Object.entries(EXPECTED_GRANTS).flatMap(([scope, row]) => {
    const cell = row[column];
    return cell !== undefined && nationsIn(cell).includes(nation) ? [scope] : [];
  });
}

let app: App;
beforeAll(async () => {
  app = await startApp({ config: { logLevel: 'error' } });
});
afterAll(() => app?.stop());

/** What the answer says that a refusal is about, or null when nothing was refused. */
function refusalOf({
  errors,
}: Answer): { scope: unknown; role: unknown; granted: unknown; held: unknown } | null {
  const refused = errors.find(({ extensions }) => extensions.code === 'FORBIDDEN');
  if (!refused) return null;
  const { scope, role, granted, held } = refused.extensions;
  return { scope, role, granted, held };
}

describe('the scopes the schema states', () => {
  it('are those written by hand, for every operation and every field that states one', () => {
    expect(statedScopes(schema)).toEqual(EXPECTED_OPERATION_SCOPES);
  });

  it('each have a request that asks for them', () => {
    const asked = [...Object.keys(REQUESTS), ...NOT_BY_REQUEST].sort();
    expect(asked).toEqual(Object.keys(EXPECTED_OPERATION_SCOPES).sort());
  });
});

describe.each(PEOPLE)('$nation $role', ({ nation, role }) => {
  const granted = expectedGrants(nation, role);

  it.each(Object.entries(REQUESTS))('is answered or refused %s as the table says', async (name, document) => {
    const needed = [ON_THE_WAY[name], EXPECTED_OPERATION_SCOPES[name]].filter(
      (scope) => typeof scope === 'string',
    );
    const missing = needed.find((scope) => !granted.includes(scope) && !isWithheld(name, scope));
    const answer = await app.as(nation, role).query(document);
    expect(answer.text).not.toContain('INTERNAL_SERVER_ERROR');
    expect(refusalOf(answer)).toEqual(
      missing === undefined ? null : { scope: missing, role, granted, held: granted },
    );
    if (missing === undefined) {
      // Invisible records are absent, and never forbidden.
      expect(answer.errors).toEqual([]);
      if (name.startsWith('Mutation.') && document.includes(ID)) {
        const [, field = ''] = name.split('.');
        expect(answer.data[field].userErrors).toEqual([{ code: 'NOT_FOUND' }]);
      }
    }
  });

  it('gains nothing from a token that asks for everything', async () => {
    const everything = Object.keys(EXPECTED_GRANTS) as Scope[];
    const caller = app.as(nation, role, { scopes: everything });
    const { data } = await caller.query('{ viewer { nation role scopes } }');
    expect(data).toEqual({ viewer: { nation, role, scopes: granted } });
    for (const [name, document] of Object.entries(REQUESTS)) {
      const scope = EXPECTED_OPERATION_SCOPES[name];
      if (typeof scope !== 'string' || granted.includes(scope) || name in ON_THE_WAY || WITHHELD.has(name))
        continue;
      expect(refusalOf(await caller.query(document)), name).toEqual({
        scope,
        role,
        granted,
        held: granted,
      });
    }
  });

  it('loses what its token does not ask for', async () => {
    for (const [name, document] of Object.entries(REQUESTS)) {
      const scope = EXPECTED_OPERATION_SCOPES[name];
      const onTheWay = ON_THE_WAY[name];
      if (typeof scope !== 'string' || !granted.includes(scope)) continue;
      if (onTheWay !== undefined && !granted.includes(onTheWay)) continue;
      const scopes = granted.filter((each) => each !== scope) as Scope[];
      const answer = await app.as(nation, role, { scopes }).query(document);
      const refusal = WITHHELD.has(name) ? null : { scope, role, granted, held: scopes };
      expect(refusalOf(answer), name).toEqual(refusal);
    }
  });
});

describe('records', () => {
  it('are absent by every road, and not forbidden, to those who may not read records', async () => {
    const [record] = await app.sql<{ key: string }>(
      "select key::text from incident where originator = 'TUR' limit 1",
    );
    const id = `Incident:${record?.key}`;
    for (const nation of ['TUR', 'RUS', 'AZE'] as const) {
      const caller = app.as(nation, 'NATIONAL_ADMIN');
      const document = `{ node(id: "${id}") { id } nodes(ids: ["Party:TUR", "${id}"]) { id ... on Incident { title { text } } } }`;
      const { data, errors } = await caller.query(document);
      expect({ data, errors }).toEqual({
        data: { node: null, nodes: [{ id: 'Party:TUR' }, null] },
        errors: [],
      });
    }
    expect((await app.as('TUR', 'LIAISON_OFFICER').query(`{ node(id: "${id}") { id } }`)).data).toEqual({
      node: { id },
    });
  });
});

describe('TUR and RUS', () => {
  it.each(EXPECTED_ROLES.filter((role) => role !== 'INTEGRATOR' && role !== 'PUBLIC'))(
    'are answered alike as %s',
    async (role) => {
      for (const [name, document] of Object.entries(REQUESTS)) {
        const [tur, rus] = await Promise.all(
          (['TUR', 'RUS'] as const).map((nation) => app.as(nation, role).query(document)),
        );
        expect(tur && refusalOf(tur), name).toEqual(rus && refusalOf(rus));
        expect(tur?.status, name).toBe(rus?.status);
      }
    },
  );
});

it('a field with a scope below the roots is null without it, or has one error in all objects', async () => {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!(type instanceof GraphQLObjectType) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const name = `${type.name}.${field.name}`;
      const scope = EXPECTED_OPERATION_SCOPES[name];
      if (scope === undefined || scope === null) continue;
      const sentence = WITHHELD.has(name) ? 'Null without' : 'Requires';
      expect(field.description, name).toContain(`${sentence} scope ${scope}.`);
    }
  }
  const blind = app.as('TUR', 'LIAISON_OFFICER', { scopes: ['incident:read'] });
  const { data, errors, status } = await blind.query(
    '{ incidents(first: 20) { nodes { reference position { latitude } place { code } assessments { remark { text } } } } }',
  );
  expect(status).toBe(200);
  expect(data.incidents.nodes).toHaveLength(20);
  expect(errors.map(({ path, extensions }) => [path, extensions.code, extensions.scope])).toEqual([
    [['incidents', 'nodes', 0, 'place'], 'FORBIDDEN', 'reference:read'],
  ]);
  const nonNull = await blind.query('{ incidents(first: 20) { nodes { digest } } }');
  expect([nonNull.data, nonNull.errors.length]).toEqual([null, 1]);
});
