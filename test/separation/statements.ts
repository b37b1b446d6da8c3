import { getOperationAST, parse } from 'graphql';
import { createSchema } from '../../src/app/schema.js';
import type { Viewer } from '../../src/auth/viewer.js';
import { type Audience, type Nation, type Role, scopesOf } from '../../src/domain/scopes.js';
import { createQueryExecutor } from '../../src/execution/query-executor.js';
import { translator } from '../../src/i18n/labels.js';
import { createPlanCache } from '../../src/planner/plan-cache.js';
import { everyQuestion, type Question } from './everything.js';
import { PARTICULAR, VIEWERS } from './layers.js';

const { schema, model } = createSchema();

/** The statement is not to be run. */
class NotRun extends Error {}

/** The SQL that a server compiled anew would run for a question. */
async function statementOf(nation: Nation | null, role: Role, { document: query, variables }: Question) {
  let statement = '';
  const execute = createQueryExecutor(schema, {
    plans: createPlanCache(schema, model),
    read: async (_audience, { text }) => {
      statement = text;
      throw new NotRun();
    },
    mayIntrospect: () => false,
    references: { check: async () => {}, forget: () => {} },
  });
  const document = parse(query);
  const operation = getOperationAST(document);
  if (!operation) throw new Error(`No operation: ${query}`);
  const context = {
    viewer: viewerOf(nation, role),
    locale: 'EN',
    t: translator('EN'),
    requestId: '',
  } as const;
  await execute({ document, operation, operationKey: query, variables, context }).catch((error: unknown) => {
    if (!(error instanceof NotRun)) throw error;
  });
  return statement;
}

function viewerOf(nation: Nation | null, role: Role): Viewer {
  return {
    issuer: 'https://issuer.example',
    subject: 'somebody',
    tokenId: 'token',
    nation,
    role,
    scopes: new Set(scopesOf(role, nation)),
    locale: null,
    expiresAt: new Date(0),
  };
}

const BITS = { TUR: 1, RUS: 2, AZE: 4, PUBLIC: 8 } as const satisfies Record<Audience, number>;
/** Written by hand: tables whose rows carry a mask, and those whose rows are one nation's. */
const MASKED =
  'incident|claim|casualties|incident_provision|incident_search|assessment|revision|release_consent|incident_event|incident_aggregate';
const OWN = 'assessment_note|official_contact|idempotency|revoked_token|issuer_freeze';

/** What statements of the server read without the rule for who asks; nothing, if all is well. */
export async function readWithoutRule(): Promise<string[]> {
  const found = new Set<string>();
  for (const [nation, role] of VIEWERS) {
    const questions = [
      ...everyQuestion(schema, new Set(scopesOf(role, nation)), VALUES, 2),
      ...PARTICULAR.map((document) => ({ name: document, document, variables: {} })),
    ];
    for (const question of questions) {
      for (const table of withoutRule(await statementOf(nation, role, question), nation ?? 'PUBLIC')) {
        found.add(`${nation ?? 'PUBLIC'}: ${table}`);
      }
    }
  }
  return [...found];
}

const VALUES = {
  id: ['Incident:00000000-0000-4000-8000-000000000000'],
  ids: [['Incident:00000000-0000-4000-8000-000000000000']],
  reference: ['TUR-2021-000000'],
  code: ['TUR'],
  groupBy: [['DAY']],
  locale: ['AZ'],
  date: ['2021-03-01'],
  locales: [['TR', 'RU']],
};

/** Tables that a statement reads without the rule for the audience. */
export function withoutRule(statement: string, audience: Audience): string[] {
  const tables = `(${MASKED}|${OWN})`;
  // A comma may separate names of columns as well; a table then has an alias behind it.
  const read = new RegExp(`\\b(?:from|join) ${tables}\\b(?: (t\\d+))?|, ${tables} (t\\d+)`, 'g');
  return [...statement.matchAll(read)].flatMap(([, first, alias, second, other]) => {
    const [table = '', name = ''] = second === undefined ? [first, alias] : [second, other];
    const rule = MASKED.split('|').includes(table)
      ? `(${name}.audience & ${BITS[audience]}) <> 0`
      : `${name}.nation = '${audience}'`;
    return name !== '' && statement.includes(rule) ? [] : [table];
  });
}
