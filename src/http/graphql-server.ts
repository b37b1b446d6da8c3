import {
  ApolloServer,
  type ApolloServerPlugin,
  type GraphQLRequest,
  type GraphQLRequestContextResponseForOperation,
  type GraphQLRequestListener,
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
import { GraphQLError, type GraphQLSchema, getOperationAST } from 'graphql';
import type { Logger } from 'pino';
import { ERROR_STATUS } from '../common/errors.js';
import type { RequestContext } from '../context/request-context.js';
import type { Documents, Examined } from '../demand/documents.js';
import { LIMITS } from '../demand/limits.js';
import type { FormatErrors } from '../execution/error-formatter.js';
import type { ExecuteQuery, QueryResult } from '../execution/query-executor.js';
import { readyResponse, stringifyResult } from './apollo-adapter.js';
import { errorHead } from './error-response.js';

interface GraphqlParts {
  readonly schema: GraphQLSchema;
  /** Parses, limits and validates documents, the same on every transport. */
  readonly documents: Documents;
  readonly execute: ExecuteQuery;
  readonly formatErrors: FormatErrors;
  readonly logger: Logger;
}

/**
 * Apollo Server takes GraphQL over HTTP. Documents are limited and validated by `documents` before Apollo
 * parses them, so it does not validate them again; operations go to `execute`.
 */
export function createGraphqlServer(parts: GraphqlParts): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    schema: parts.schema,
    stringifyResult,
    introspection: true,
    // Every request carries a token in a header that pages set themselves, and then browsers ask first.
    csrfPrevention: false,
    parseOptions: { maxTokens: LIMITS.tokens },
    dangerouslyDisableValidation: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    logger: parts.logger,
    plugins: [
      operationPlugin(parts),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
}

/** Answers every operation in Apollo's place, and formats the errors that Apollo finds itself. */
function operationPlugin(parts: GraphqlParts): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart(): Promise<GraphQLRequestListener<RequestContext>> {
      let examined: Examined = NO_DOCUMENT;
      return {
        async didResolveSource({ source }) {
          examined = parts.documents.examine(source);
        },
        responseForOperation: (request) => responseForOperation(parts, examined, request),
        async willSendResponse({ errors, response, request, contextValue }) {
          if (errors === undefined || response.body.kind !== 'single') return;
          // Apollo may reject the same document for another reason. The answer must be the same on every transport.
          const causes = 'errors' in examined && examined !== NO_DOCUMENT ? examined.errors : errors;
          if (causes !== errors) response.http = errorHead(causes, acceptOf(request), 400);
          response.body.singleResult.errors = parts.formatErrors(causes, contextValue);
        },
      };
    },
  };
}

/** The result for a request without a document, which Apollo rejects. */
const NO_DOCUMENT: Examined = { errors: [] };

async function responseForOperation(
  { execute, formatErrors }: GraphqlParts,
  examined: Examined,
  request: GraphQLRequestContextResponseForOperation<RequestContext>,
): Promise<GraphQLResponse> {
  const accept = acceptOf(request.request);
  try {
    const { data, errors, extensions } = await executeOperation(execute, examined, request);
    if (errors === undefined) return readyResponse({ data, extensions }, { headers: new HeaderMap() });
    return readyResponse(
      { data, errors: formatErrors(errors, request.contextValue), extensions },
      errorHead(errors, accept, data === undefined ? 400 : 200),
    );
  } catch (error) {
    return readyResponse(
      { errors: formatErrors([error], request.contextValue) },
      errorHead([error], accept, 500),
    );
  }
}

async function executeOperation(
  execute: ExecuteQuery,
  examined: Examined,
  { request, queryHash, contextValue }: GraphQLRequestContextResponseForOperation<RequestContext>,
): Promise<QueryResult> {
  if ('errors' in examined) return examined;
  const { document } = examined;
  const operation = getOperationAST(document, request.operationName);
  if (!operation) return { errors: [unresolvedOperation()] };
  const operationName = operation.name?.value ?? null;
  if (contextValue.record) contextValue.record.operation = operationName;
  return execute({
    document,
    operation,
    operationKey: `${queryHash}:${operationName ?? ''}`,
    variables: request.variables ?? {},
    context: contextValue,
  });
}

function unresolvedOperation(): GraphQLError {
  const code = 'OPERATION_RESOLUTION_FAILURE';
  return new GraphQLError('The document has no operation of that name, or several and none is named.', {
    extensions: { code, http: { status: ERROR_STATUS[code] } },
  });
}

function acceptOf({ http }: GraphQLRequest): string {
  return http?.headers.get('accept') ?? '';
}
