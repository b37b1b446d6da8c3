import { randomUUID } from 'node:crypto';
import {
  ApolloServer,
  type ApolloServerPlugin,
  type GraphQLRequestContextWillSendResponse,
} from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import { type GraphQLSchema, printSchema } from 'graphql';
import type { Logger } from 'pino';
import type { RequestContext } from './context.js';
import { presentError } from './error-exit.js';
import { type ExecuteQuery, ResponseText } from './read/executor.js';

/**
 * Apollo Server over our own executor: Apollo parses, validates and keeps documents; the executor reads.
 * `data` that is already JSON text is put into the response as it is.
 */
export function createGraphqlServer(
  schema: GraphQLSchema,
  executeQuery: ExecuteQuery,
  logger: Logger,
  options: { hidesSchema: boolean },
): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    gateway: gateway(schema, executeQuery),
    stringifyResult,
    introspection: true,
    hideSchemaDetailsFromClientErrors: options.hidesSchema,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    logger,
    plugins: [
      errorExit(logger),
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
    ],
  });
}

/** The hook through which Apollo hands over execution. */
function gateway(schema: GraphQLSchema, executeQuery: ExecuteQuery): GatewayInterface {
  return {
    async load() {
      return {
        async executor({ document, operation, operationName, queryHash, request, context }) {
          const result = await executeQuery({
            document,
            operation,
            operationKey: `${queryHash}:${operationName ?? ''}`,
            variables: request.variables ?? {},
            context: context as RequestContext,
          });
          return result as { data?: Record<string, unknown> | null };
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

function stringifyResult(result: { data?: unknown; errors?: unknown; extensions?: unknown }): string {
  const { data, errors, extensions } = result;
  if (!(data instanceof ResponseText)) return JSON.stringify(result);
  let text = '{';
  if (errors !== undefined) text += `"errors":${JSON.stringify(errors)},`;
  text += `"data":${data.text}`;
  if (extensions !== undefined) text += `,"extensions":${JSON.stringify(extensions)}`;
  return `${text}}`;
}

/** Errors leave translated and whitelisted; what is not for clients stays in the log under an id. */
function errorExit(logger: Logger): ApolloServerPlugin<RequestContext> {
  const listener = {
    async willSendResponse({
      contextValue,
      errors,
      response,
    }: GraphQLRequestContextWillSendResponse<RequestContext>): Promise<void> {
      if (errors === undefined || response.body.kind !== 'single') return;
      response.body.singleResult.errors = errors.map((error) =>
        presentError(error, contextValue.locale, (cause) => {
          const id = randomUUID();
          logger.error({ id, requestId: contextValue.requestId, err: cause }, 'internal error');
          return id;
        }),
      );
    },
  };
  return { requestDidStart: async () => listener };
}
