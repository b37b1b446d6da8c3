import {
  ApolloServer,
  type ApolloServerPlugin,
  type GraphQLRequestContextDidResolveSource,
  type GraphQLRequestContextResponseForOperation,
  type GraphQLRequestContextWillSendResponse,
  type GraphQLResponse,
  HeaderMap,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  Kind,
  OperationTypeNode,
  printSchema,
} from 'graphql';
import type { Logger } from 'pino';
import { CodedError } from '../common/errors.js';
import type { RequestContext } from '../context/request-context.js';
import type { Documents } from '../demand/documents.js';
import type { FormatErrors } from '../execution/error-formatter.js';
import type { ExecuteQuery, QueryResult } from '../execution/query-executor.js';
import { inUtf8, ResponseText } from '../planner/response-text.js';

/** A result as Apollo knows it; `stringifyResult` knows what is in ours. */
type SingleResult = { data?: Record<string, unknown> | null };

export interface GraphqlParts {
  readonly schema: GraphQLSchema;
  /** Parses, limits and validates documents, and keeps them. */
  readonly documents: Documents;
  readonly execute: ExecuteQuery;
  readonly formatErrors: FormatErrors;
  readonly logger: Logger;
}

/**
 * Apollo Server between our own doors: documents come parsed and validated out of `documents`, operations
 * go to `execute`. `data` that is already JSON text is put into the response as it is.
 */
export function createGraphqlServer(parts: GraphqlParts): ApolloServer<RequestContext> {
  const failures: Failures = new WeakMap();
  return new ApolloServer<RequestContext>({
    gateway: gateway(parts.schema, failures),
    stringifyResult,
    introspection: true,
    documentStore: null,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    logger: parts.logger,
    plugins: [
      doors(parts, failures),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
}

/** Why a document was refused, by the document that stands in for it on its way through Apollo. */
const refusals = new WeakMap<DocumentNode, readonly GraphQLError[]>();

/** Operations that did not simply answer, by the context of their request. */
type Failures = WeakMap<RequestContext, Promise<QueryResult>>;

/**
 * The hook through which Apollo hands over execution. It is reached by what failed alone, which Apollo makes
 * responses of: with every request it would make an accessor, that keeps all of the request until the old
 * generation is collected.
 */
function gateway(schema: GraphQLSchema, failures: Failures): GatewayInterface {
  return {
    async load() {
      return {
        async executor({ context }) {
          const failed = failures.get(context as RequestContext);
          if (!failed) throw new Error('Operations are executed before Apollo asks for it');
          return (await failed) as SingleResult;
        },
      };
    },
    onSchemaLoadOrUpdate(callback) {
      callback({ apiSchema: schema, coreSupergraphSdl: printSchema(schema) });
      return () => {};
    },
    async stop() {},
  };
}

/** The response in UTF-8, each byte as one character. */
function stringifyResult(result: { data?: unknown; errors?: unknown; extensions?: unknown }): string {
  const { data, errors, extensions } = result;
  let text = '{';
  if (errors !== undefined) text += `"errors":${jsonText(errors)}`;
  if (data !== undefined) text += `${text.length > 1 ? ',' : ''}"data":${jsonText(data)}`;
  if (extensions !== undefined) text += `${text.length > 1 ? ',' : ''}"extensions":${jsonText(extensions)}`;
  return `${text}}`;
}

function jsonText(value: unknown): string {
  return value instanceof ResponseText ? value.bytes : inUtf8(JSON.stringify(value));
}

/**
 * The way in: documents parsed, limited, validated and kept by us, operations executed by us. The way out:
 * errors translated and whitelisted; what is not for clients stays in the log under an id.
 */
function doors(
  { documents, execute, formatErrors }: GraphqlParts,
  failures: Failures,
): ApolloServerPlugin<RequestContext> {
  async function run({
    document,
    operation,
    operationName,
    queryHash,
    request,
    contextValue,
  }: GraphQLRequestContextResponseForOperation<RequestContext>): Promise<QueryResult> {
    const refused = refusals.get(document);
    if (refused) return { errors: refused };
    // Apollo's types promise an operation, but none may have been found.
    if ((operation as typeof operation | undefined) === undefined) {
      return {
        errors: [
          new GraphQLError('The document has no operation of that name, or several and none is named.'),
        ],
      };
    }
    if (contextValue.record) contextValue.record.operation = operationName;
    return execute({
      document,
      operation,
      operationKey: `${queryHash}:${operationName ?? ''}`,
      variables: request.variables ?? {},
      context: contextValue,
    });
  }

  const listener = {
    async didResolveSource(request: GraphQLRequestContextDidResolveSource<RequestContext>): Promise<void> {
      const examined = documents.examine(request.source);
      // With a document there, Apollo neither parses nor validates.
      Object.assign(request, {
        document:
          'document' in examined
            ? examined.document
            : placeholderDocument(request.request.operationName, examined.errors),
      });
    },
    async responseForOperation(
      request: GraphQLRequestContextResponseForOperation<RequestContext>,
    ): Promise<GraphQLResponse | null> {
      const running = run(request);
      try {
        const result = await running;
        if (result.errors === undefined) {
          return {
            http: { headers: new HeaderMap() },
            body: { kind: 'single', singleResult: result as SingleResult },
          };
        }
      } catch {
        // Apollo hears of it from the gateway.
      }
      failures.set(request.contextValue, running);
      return null;
    },
    async willSendResponse({
      contextValue,
      errors,
      request,
      response,
    }: GraphQLRequestContextWillSendResponse<RequestContext>): Promise<void> {
      if (errors === undefined || response.body.kind !== 'single') return;
      if (JSON_ALONE.test(request.http?.headers.get('accept') ?? '') && errors.every(isOfDocument)) {
        response.http.status = 200;
      }
      response.body.singleResult.errors = formatErrors(errors, contextValue);
    },
  };
  return { requestDidStart: async () => listener };
}

/** An Accept header of a client that reads the body and not the status: GraphQL over HTTP, 6.4.1. */
const JSON_ALONE = /^application\/json\s*(;\s*charset=utf-8)?$/i;

/** Whether graphql-js found the document or its variables wrong. */
function isOfDocument(error: GraphQLError): boolean {
  if (error instanceof CodedError) return false;
  const { code } = error.extensions;
  return (
    code === 'GRAPHQL_PARSE_FAILED' ||
    code === 'GRAPHQL_VALIDATION_FAILED' ||
    error.nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION
  );
}

/** A harmless document with the operation the client names, which answers with why its own was refused. */
function placeholderDocument(
  operationName: string | undefined,
  errors: readonly GraphQLError[],
): DocumentNode {
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      {
        kind: Kind.OPERATION_DEFINITION,
        operation: OperationTypeNode.QUERY,
        name: operationName ? { kind: Kind.NAME, value: operationName } : undefined,
        selectionSet: {
          kind: Kind.SELECTION_SET,
          selections: [{ kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } }],
        },
      },
    ],
  };
  refusals.set(document, errors);
  return document;
}
