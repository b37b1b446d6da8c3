import { readFileSync } from 'node:fs';
import { ApolloServer, HeaderMap } from '@apollo/server';
import { buildSchema } from 'graphql';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { Viewer } from '../../src/auth/viewer.js';
import type { RequestContext } from '../../src/context/request-context.js';
import { openDocuments } from '../../src/demand/documents.js';
import type { ExecuteQuery } from '../../src/execution/query-executor.js';
import { readyResponse, stringifyResult } from '../../src/http/apollo-adapter.js';
import { createGraphqlServer } from '../../src/http/graphql-server.js';
import { translator } from '../../src/i18n/labels.js';
import { ResponseText } from '../../src/planner/response-text.js';

/**
 * What src/http relies on in Apollo Server. At an upgrade: run this file, read docs/decisions/0016, then
 * widen the range.
 */
const TESTED_VERSIONS = /^5\.5\.\d+$/;

const SCHEMA = buildSchema('type Query { name: String } type Mutation { rename: String }');
const TEXT = ResponseText.of('{"name":"Ağdam"}');

const viewer: Viewer = {
  issuer: 'test',
  subject: 'test',
  tokenId: 'test',
  nation: 'TUR',
  role: 'LIAISON_OFFICER',
  scopes: new Set(),
  locale: null,
  expiresAt: new Date(Date.now() + 60_000),
};
const context: RequestContext = { viewer, locale: 'EN', t: translator('EN'), requestId: 'test' };

const postOf = (body: object) => ({
  httpGraphQLRequest: {
    method: 'POST',
    headers: new HeaderMap([['content-type', 'application/json']]),
    search: '',
    body,
  },
  context: async () => context,
});

/** A server of ours whose operations are answered by `execute`. */
function serverWith(execute: ExecuteQuery) {
  return createGraphqlServer({
    schema: SCHEMA,
    documents: openDocuments(SCHEMA),
    execute,
    formatErrors: (errors) => errors.map((error) => ({ message: `formatted: ${(error as Error).message}` })),
    logger: pino({ level: 'silent' }),
  });
}

async function send(execute: ExecuteQuery, body: object) {
  const server = serverWith(execute);
  await server.start();
  const answer = await server.executeHTTPGraphQLRequest(postOf(body));
  await server.stop();
  if (answer.body.kind !== 'complete') throw new Error('The answer comes in parts');
  return { status: answer.status, text: Buffer.from(answer.body.string, 'latin1').toString('utf8') };
}

describe('Apollo Server', () => {
  it('is a version that this contract was tested with', () => {
    const { version } = JSON.parse(readFileSync('node_modules/@apollo/server/package.json', 'utf8'));
    expect(version).toMatch(TESTED_VERSIONS);
  });

  it('calls the hooks in order, the first before it parses', async () => {
    const calls: string[] = [];
    const server = new ApolloServer<RequestContext>({
      schema: SCHEMA,
      stringifyResult,
      dangerouslyDisableValidation: true,
      plugins: [
        {
          async requestDidStart() {
            return {
              async didResolveSource({ source, queryHash, document }) {
                calls.push(`source ${source} ${queryHash.length} ${typeof document}`);
              },
              async parsingDidStart() {
                calls.push('parse');
              },
              async validationDidStart() {
                calls.push('validate');
              },
              async responseForOperation() {
                calls.push('respond');
                return readyResponse({ data: TEXT }, { headers: new HeaderMap() });
              },
              async executionDidStart() {
                calls.push('execute');
              },
              async willSendResponse({ errors }) {
                calls.push(`send ${typeof errors}`);
              },
            };
          },
        },
      ],
    });
    await server.start();
    await server.executeHTTPGraphQLRequest(postOf({ query: '{ name }' }));
    await server.stop();
    expect(calls).toEqual(['source { name } 64 undefined', 'parse', 'respond', 'send undefined']);
  });

  it('hands ready text to stringifyResult as it is, and returns its string', async () => {
    const answer = await send(async () => ({ data: TEXT, extensions: ResponseText.of('{"cost":1}') }), {
      query: '{ name }',
    });
    expect(answer).toEqual({ status: undefined, text: '{"data":{"name":"Ağdam"},"extensions":{"cost":1}}' });
  });

  it('returns ready text from executeOperation', async () => {
    const server = serverWith(async () => ({ data: TEXT }));
    const { body } = await server.executeOperation({ query: '{ name }' }, { contextValue: context });
    await server.stop();
    expect(body.kind === 'single' && body.singleResult.data).toBe(TEXT);
  });

  it('takes status and headers from the response of a plugin', async () => {
    const server = serverWith(async () => {
      throw new Error('failed');
    });
    await server.start();
    const answer = await server.executeHTTPGraphQLRequest(postOf({ query: '{ name }' }));
    await server.stop();
    expect(answer).toMatchObject({
      status: 500,
      body: { string: '{"errors":[{"message":"formatted: failed"}]}' },
    });
  });

  it('lets willSendResponse replace errors that Apollo found', async () => {
    const { status, text } = await send(async () => ({ data: TEXT }), {
      query: '{ name }',
      extensions: { persistedQuery: { version: 1, sha256Hash: 'ab' } },
    });
    expect(status).toBe(200);
    expect(text).toBe('{"errors":[{"message":"formatted: PersistedQueryNotSupported"}]}');
  });

  it('never runs a document that is refused, whatever Apollo finds in it', async () => {
    let runs = 0;
    const execute: ExecuteQuery = async () => {
      runs += 1;
      return { data: TEXT };
    };
    for (const query of ['{ unknown }', '{', `{ ${'name '.repeat(5_000)} }`]) {
      const { status, text } = await send(execute, { query });
      expect(status).toBe(400);
      expect(text).toMatch(/^\{"errors":\[\{"message":"formatted: /);
    }
    expect(runs).toBe(0);
  });
});
