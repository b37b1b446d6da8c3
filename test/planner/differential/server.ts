import { createHash } from 'node:crypto';
import { type DocumentNode, type GraphQLError, Kind, parse } from 'graphql';
import { createSchema } from '../../../src/app/schema.js';
import { openReaders } from '../../../src/database/readers.js';
import type { Installation } from '../../../src/database/roles.js';
import { LOCALES } from '../../../src/domain/locale.js';
import { AUDIENCES, SCOPES } from '../../../src/domain/scopes.js';
import {
  createQueryExecutor,
  type ExecutorParts,
  type QueryResult,
} from '../../../src/execution/query-executor.js';
import { createReferenceCheck } from '../../../src/execution/reference-check.js';
import { translator } from '../../../src/i18n/labels.js';
import { createPlanCache } from '../../../src/planner/plan-cache.js';
import { ASKERS, type Asker } from './asker.js';
import type { Cursors } from './pages.js';

export interface Response {
  /** Absent when the request was refused before anything was read. */
  readonly data?: unknown;
  readonly errors: readonly { path: string; code: unknown }[];
}

export interface ReadServer {
  ask(asker: Asker, document: DocumentNode, variables: Readonly<Record<string, unknown>>): Promise<Response>;
}

/** The read path as the server wires it, without HTTP, limits and budgets around it. */
export function openReadServer(installation: Installation): ReadServer & { close(): Promise<void> } {
  const readers = openReaders(installation);
  return { ...openReadServerOver(readers.read), close: () => readers.close() };
}

/** The same over connections of one's own. */
export function openReadServerOver(read: ExecutorParts['read']): ReadServer {
  const { schema, model } = createSchema();
  const plans = createPlanCache(schema, model);
  const execute = createQueryExecutor(schema, {
    plans,
    read,
    mayIntrospect: () => true,
    references: createReferenceCheck(read),
  });
  return {
    async ask(asker, document, variables) {
      const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
      if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('No operation');
      const result = await execute({
        document,
        operation,
        operationKey: createHash('sha256')
          .update(document.loc?.source.body ?? '')
          .digest('hex'),
        variables,
        context: {
          viewer: { ...asker, tokenId: 'test' },
          locale: asker.locale,
          t: translator(asker.locale),
          requestId: 'test',
        },
      });
      return responseOf(result);
    },
  };
}

/**
 * The statements that a document asked so many times would send, to a database that answers nothing and knows every code
 * of reference data. Statements that look up codes are left out.
 */
export async function statementsFor(asker: Asker, text: string, times: number): Promise<string[]> {
  const statements: string[] = [];
  const server = openReadServerOver(async (_, statement) => {
    if (statement.name?.startsWith('known_')) return [Buffer.from(JSON.stringify(statement.values[0]))];
    statements.push(statement.text);
    return [Buffer.from('{}')];
  });
  for (let turn = 0; turn < times; turn += 1) await server.ask(asker, parse(text), {});
  return statements;
}

function responseOf({ data, errors = [] }: QueryResult): Response {
  const body: unknown = data ? JSON.parse(data.text) : data;
  return { ...(data === undefined ? {} : { data: body }), errors: placed(errors) };
}

/** Errors by path and code, which is what clients may rely on. */
export function placed(errors: readonly GraphQLError[]): Response['errors'] {
  return errors.map(({ path, extensions }) => ({ path: path?.join('.') ?? '', code: extensions.code }));
}

/** Learns the cursors of every item by paging through every listing as everybody. */
export async function learnCursors(server: ReadServer): Promise<Cursors> {
  const cursors = new Map<string, Map<string, string>>();
  const learn = async (listing: string, asker: Asker, field: string): Promise<void> => {
    const known = cursors.get(listing) ?? new Map<string, string>();
    cursors.set(listing, known);
    let after: string | null = null;
    do {
      const { data } = await server.ask(
        asker,
        parse(
          `query ($after: String) { page: ${field} { edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }`,
        ),
        { after },
      );
      const { page } = data as {
        page: {
          edges: { cursor: string; node: { id: string } }[];
          pageInfo: { hasNextPage: boolean; endCursor: string };
        };
      };
      for (const { cursor, node } of page.edges) known.set(node.id, cursor);
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
  };
  const [anyone] = ASKERS;
  if (!anyone) throw new Error('Nobody asks');
  for (const audience of AUDIENCES) {
    const asker =
      ASKERS.find((each) => each.audience === audience && each.scopes.has('incident:read')) ?? anyone;
    await learn('incident.occurred_from', asker, 'incidents(first: 50, after: $after)');
    await learn(
      'incident.updated_at',
      asker,
      'incidents(first: 50, after: $after, orderBy: { field: UPDATED_AT })',
    );
  }
  for (const locale of LOCALES) {
    const asker: Asker = { ...anyone, locale, scopes: new Set(SCOPES) };
    await learn(`place.${locale}`, asker, 'places(first: 10, after: $after)');
    await learn(`official.${locale}`, asker, 'officials(first: 5, after: $after)');
  }
  const listing = (name: string): Map<string, string> => cursors.get(name) ?? new Map();
  return {
    of: (name, id) => listing(name).get(id) ?? `no cursor for ${id}`,
    item: (name, cursor) => [...listing(name)].find(([, known]) => known === cursor)?.[0] ?? 'nothing',
    all: (name) => [...listing(name).values()],
  };
}
