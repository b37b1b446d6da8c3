import 'reflect-metadata';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createSchema } from '../../src/app/schema.js';
import { type Audience, NATIONS, type Nation, type Role, scopesOf } from '../../src/domain/scopes.js';
import { AUDIENCE_BIT } from '../../src/planner/audience-mask.js';
import { type App, type Caller, startApp } from '../support/app.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { IS_LONG, rounds, SEED } from '../support/rounds.js';
import { everyQuestion } from './everything.js';
import { operations } from './operations.js';
import {
  CANARY,
  CANARY_HASH,
  CANARY_KEY,
  CANARY_LATITUDE,
  CANARY_REFERENCE,
  CODE_COLUMNS,
  MASKS,
  PLANTED_TABLES,
  plantEarlierEvents,
  plantIncidents,
  plantJoint,
  plantOwn,
} from './planting.js';
import { type GrowingPools, poolsOf } from './pools.js';
import { visibleParts } from './worlds.js';

/** Random operations besides the questions that select everything; for each viewer. */
const RANDOM_OPERATIONS = rounds(10, 200);
/** How far below its root a question selects everything; one level more multiplies the answers. */
const DEEPEST = IS_LONG ? 4 : 3;

const VIEWERS: readonly (readonly [Nation | null, Role])[] = [
  ...NATIONS.flatMap((nation) =>
    (['LIAISON_OFFICER', 'DUTY_OFFICER', 'CONTINGENT_HEAD', 'NATIONAL_ADMIN'] as const).map(
      (role) => [nation, role] as const,
    ),
  ),
  [null, 'INTEGRATOR'],
  [null, 'PUBLIC'],
];

const { schema } = createSchema();
let database: TestDatabase;
let app: App;
let pools: GrowingPools;
let oneOfEachMask: { key: string; reference: string }[];

beforeAll(async () => {
  database = await createDatabase(inject('ownerUrl'), { template: inject('template') });
  app = await startApp({ database, config: { logLevel: 'error' } });
  await plantIncidents(app.sql, MASKS, 140);
  await plantOwn(app.sql, NATIONS);
  await plantJoint(app.sql);
  for (const bit of Object.values(AUDIENCE_BIT)) await plantEarlierEvents(app.sql, bit);
  await app.sql('analyze');
  pools = await poolsOf(app.sql);
  oneOfEachMask = await app.sql(
    'select distinct on (audience) key::text, reference from incident order by audience, key desc',
  );
});

afterAll(async () => {
  await app?.stop();
  await database?.drop();
});

/** Everything in a text that belongs to a record or a nation the audience may not see, less what was asked with. */
function strays(text: string, audience: Audience, asked: string): string[] {
  const bit = AUDIENCE_BIT[audience];
  const found = new Set<string>();
  for (const pattern of [CANARY, CANARY_KEY, CANARY_REFERENCE, CANARY_HASH]) {
    for (const [canary, mask, nation] of text.matchAll(pattern)) {
      const isSeen = nation === undefined ? (Number(mask) & bit) !== 0 : nation === audience;
      if (!isSeen) found.add(canary);
    }
  }
  for (const [canary, mask] of text.matchAll(CANARY_LATITUDE)) {
    if (audience === 'PUBLIC' || (Number(mask) & bit) === 0) found.add(canary);
  }
  // Kept by the server, and shown to nobody.
  for (const [canary] of text.matchAll(/birdmask\d+x\d+(?:content|import|writer|reporter|consent)/g))
    found.add(canary);
  return [...found].filter((canary) => !asked.includes(canary));
}

function callerOf(nation: Nation | null, role: Role): { caller: Caller; audience: Audience } {
  return { caller: app.as(nation, role), audience: nation ?? 'PUBLIC' };
}

describe('canaries', () => {
  it('sit in every column of text under row security', async () => {
    const columns = await app.sql<{ table: string; column: string; type: string }>(
      `select relation.relname as table, attname as column, format_type(atttypid, null) as type
         from pg_class relation join pg_attribute on attrelid = relation.oid and attnum > 0 and not attisdropped
        where relation.relname = any ($1) and atttypid in ('text'::regtype, 'jsonb'::regtype, 'text[]'::regtype, 'tsvector'::regtype)`,
      [[...PLANTED_TABLES]],
    );
    const empty: string[] = [];
    for (const { table, column } of columns) {
      if (CODE_COLUMNS.has(`${table}.${column}`)) continue;
      const [row] = await app.sql<{ n: number }>(
        `select count(*)::int as n from ${table} where "${column}"::text ~ 'bird(mask|nation)|b19d|-2021-9'`,
      );
      if (row?.n === 0) empty.push(`${table}.${column}`);
    }
    expect(empty).toEqual([]);
  });

  it.each(VIEWERS)(
    'of others reach no %s %s who selects everything there is',
    { timeout: 120_000 },
    async (nation, role) => {
      const { caller, audience } = callerOf(nation, role);
      const questions = everyQuestion(
        schema,
        new Set(scopesOf(role, nation)),
        {
          id: oneOfEachMask.map(({ key }) => `Incident:${key}`),
          ids: [pools.ids.slice(0, 60)],
          reference: oneOfEachMask.map(({ reference }) => reference),
          code: ['TUR', 'agdam', 'trilateral-statement-2020', 'trilateral-statement-2020/6', 'karaosmanoglu'],
          groupBy: [['CATEGORY'], ['DISTRICT', 'MONTH'], ['ORIGINATOR', 'STATUS', 'SEVERITY'], ['DAY'], []],
          locale: ['TR', 'RU', 'AZ', 'EN'],
          date: ['2021-03-01', '2022-03-09'],
          locales: [
            ['TR', 'RU'],
            ['AZ', 'EN'],
          ],
          search: ['birdmask', 'hidden record'],
          text: ['birdmask', 'hidden record'],
        },
        DEEPEST,
      );
      let own = 0;
      for (const { name, document, variables } of questions) {
        const answer = await caller.query(document, variables);
        const parts = visibleParts(answer);
        expect(
          strays(parts, audience, JSON.stringify(variables)),
          `${name} ${JSON.stringify(variables)}`,
        ).toEqual([]);
        expect(answer.text, `${name} ${JSON.stringify(variables)}\n${document}`).not.toContain(
          'INTERNAL_SERVER_ERROR',
        );
        own += [...parts.matchAll(CANARY)].length;
      }
      // The allowing half: who may read records meets the canaries of its own.
      if (role === 'NATIONAL_ADMIN') expect(own).toBeGreaterThan(0);
      else expect(own).toBeGreaterThan(100);
    },
  );

  it.each(VIEWERS)(
    'of others reach no %s %s who asks at random',
    { timeout: 120_000 },
    async (nation, role) => {
      const { caller, audience } = callerOf(nation, role);
      for (const { document, variables } of fc.sample(operations(schema, pools), {
        numRuns: RANDOM_OPERATIONS,
        seed: SEED,
      })) {
        const answer = await caller.query(document, variables);
        pools.learn(answer.text);
        expect(answer.text, `${document}\n${JSON.stringify(variables)}`).not.toContain(
          'INTERNAL_SERVER_ERROR',
        );
        expect(
          strays(visibleParts(answer), audience, document + JSON.stringify(variables)),
          document,
        ).toEqual([]);
      }
    },
  );

  it('reach nobody through requests that go wrong', async () => {
    const [hidden] = await app.sql<{ key: string; reference: string }>(
      'select key::text, reference from incident where audience = 1 limit 1',
    );
    const wrongs: readonly (readonly [string, object?])[] = [
      ['{ incident(reference: 7) { id } }'],
      ['{ incident }'],
      ['{ incidents(first: 1000) { nodes { title { text } } } }'],
      ['{ incidents(after: "nonsense") { nodes { id } } }'],
      ['{ incidents(filter: { search: "%" }) { nodes { title { text } } } }'],
      [`{ node(id: "Incident:${hidden?.key}") { ... on Incident { title { text } internal } } }`],
      ['query ($id: ID!) { node(id: $id) { id } }', { id: [hidden?.key] }],
      ['{ incidents(filter: { near: { latitude: 1e9, longitude: 0, radiusKm: 1 } }) { totalCount } }'],
      ['{ __type(name: "Incident") { fields { name description } } }'],
      ['{'],
    ];
    for (const [nation, role] of VIEWERS) {
      const { caller, audience } = callerOf(nation, role);
      for (const [document, variables = {}] of wrongs) {
        const answer = await caller.query(document, variables);
        expect(
          strays(visibleParts(answer), audience, document + JSON.stringify(variables)),
          document,
        ).toEqual([]);
      }
    }
  });
});
