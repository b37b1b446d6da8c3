import type { ApolloServer } from '@apollo/server';
import type { GraphQLSchema } from 'graphql';
import type { Viewer } from '../auth/viewer.js';
import type { Config } from '../common/config.js';
import type { RequestContext } from '../context/request-context.js';
import { type Budget, createBudget } from '../demand/budget.js';
import { type CostOf, createCostOf } from '../demand/cost.js';
import { type Documents, openDocuments } from '../demand/documents.js';
import { loadTrustedDocuments, type TrustedDocuments } from '../demand/trusted-documents.js';
import { createErrorFormatter, type FormatErrors } from '../execution/error-formatter.js';
import { metered } from '../execution/metering.js';
import { createMutationExecutor, executeByOperation } from '../execution/mutation-executor.js';
import { createQueryExecutor } from '../execution/query-executor.js';
import { createReferenceCheck, type ReferenceCheck } from '../execution/reference-check.js';
import { openListener } from '../feed/listener.js';
import { createGraphqlServer } from '../http/graphql-server.js';
import { createPlanCache, type PlanCache } from '../planner/plan-cache.js';
import type { Pools } from './database.js';
import type { DisposalStack } from './disposal-stack.js';
import type { Observability } from './observability.js';
import { createSchema } from './schema.js';

/** Executes operations of every transport. */
export interface Api {
  readonly schema: GraphQLSchema;
  readonly plans: PlanCache;
  readonly references: ReferenceCheck;
  readonly graphql: ApolloServer<RequestContext>;
  readonly documents: Documents;
  /** The only documents that are executed; null if all are. */
  readonly trustedDocuments: TrustedDocuments | null;
  readonly costOf: CostOf;
  readonly budget: Budget;
  readonly formatErrors: FormatErrors;
  readonly mayIntrospect: (scopes: Viewer['scopes']) => boolean;
}

export async function createApi(
  config: Config,
  pools: Pools,
  observability: Observability,
  stack: DisposalStack,
): Promise<Api> {
  const { readers, writers, serviceLogin, reservations } = pools;
  const { logger, traceRead, traceWrite, traceExecution } = observability;
  const { schema, model } = createSchema();
  const mayIntrospect = (scopes: Viewer['scopes']): boolean =>
    !config.isProduction || scopes.has('schema:introspect');

  const plans = createPlanCache(schema, model);
  const read = traceRead(readers.read);
  const references = createReferenceCheck(read);
  const executorParts = { plans, read, mayIntrospect, references };
  const executeQuery = createQueryExecutor(schema, executorParts);
  const reference = openListener(serviceLogin, 'reference', () => {
    plans.forgetReference();
    references.forget();
  });
  stack.defer(() => reference.close());
  const write = traceWrite(writers.write);
  const executeMutation = createMutationExecutor(schema, { ...executorParts, write });

  const costOf = createCostOf(schema);
  const budget = createBudget(config.cost, reservations.reserve);
  const execute = traceExecution(metered(executeByOperation(executeQuery, executeMutation), costOf, budget));

  const documents = openDocuments(schema);
  const formatErrors = createErrorFormatter(mayIntrospect, logger);
  const graphql = createGraphqlServer({ schema, documents, execute, formatErrors, logger });
  await graphql.start();
  stack.defer(() => graphql.stop());
  const trustedDocuments = config.trustedDocumentsFile
    ? await loadTrustedDocuments(config.trustedDocumentsFile)
    : null;
  return {
    schema,
    plans,
    references,
    graphql,
    documents,
    trustedDocuments,
    costOf,
    budget,
    formatErrors,
    mayIntrospect,
  };
}
