import { execute, type GraphQLError, type GraphQLSchema, OperationTypeNode } from 'graphql';
import { CodedError } from '../common/errors.js';
import type { RequestContext } from '../context/request-context.js';
import type { WriteContext } from '../context/write-context.js';
import type { StatementTime } from '../database/statement-time.js';
import type { Transaction } from '../database/transaction.js';
import { isUnavailable } from '../database/unavailable.js';
import type { WriteOptions, Writers } from '../database/writers.js';
import type { Nation } from '../domain/scopes.js';
import { forbidden, scopeRequiredBy } from '../graphql-types/guard.js';
import { ResponseText } from '../planner/response-text.js';
import { collectFields, fragmentsOf } from '../planner/selection.js';
import type { Variables } from '../planner/sql.js';
import type { ExecutionRequest } from './execution-request.js';
import type { ExecuteQuery, ExecutorParts } from './query-executor.js';
import { createReadBack, type MutationContext } from './read-back.js';
import { variablesOf } from './variables.js';

interface MutationParts extends ExecutorParts {
  readonly write: Writers['write'];
}

/** Sends queries to one executor and mutations to the other. Rejects subscriptions. */
export function executeByOperation(query: ExecuteQuery, mutation: ExecuteQuery): ExecuteQuery {
  return (request) => {
    if (request.operation.operation === OperationTypeNode.QUERY) return query(request);
    if (request.operation.operation === OperationTypeNode.MUTATION) return mutation(request);
    return Promise.resolve({ errors: [needsOtherTransport().endingRequest()] });
  };
}

/** The answer to a subscription over plain HTTP. */
function needsOtherTransport(): CodedError {
  return new CodedError('BAD_REQUEST', {
    reason: 'SUBSCRIPTION_TRANSPORT',
    variables: {
      protocol: 'WebSocket: graphql-transport-ws',
      accept: 'Accept: text/event-stream',
    },
  });
}

/**
 * Executes mutation operations. graphql-js runs their fields one after the other, each through its service in a
 * transaction of its own. Written rows are read back after the commit, see read-back.ts. Coded errors become part of
 * the answer.
 */
export function createMutationExecutor(schema: GraphQLSchema, parts: MutationParts): ExecuteQuery {
  return async (request) => {
    const given = variablesOf(schema, request);
    if (given.errors) return { errors: given.errors };
    const denied = deniedFields(schema, request, given.variables);
    if (denied.length > 0) return { data: null, errors: denied };
    const { data, errors } = await execute({
      schema,
      document: request.document,
      operationName: request.operation.name?.value,
      variableValues: request.variables,
      contextValue: mutationContext(request, parts),
    });
    if (data === undefined) return { errors };
    if (data && Object.values(data).every((value) => value === null)) errors?.forEach(setStatusIfUnavailable);
    return { data: data && ResponseText.of(JSON.stringify(data)), errors: errors && eachOnce(errors) };
  };
}

/**
 * An error for each mutation of the operation whose scope the viewer lacks. Nothing of the operation runs then, so
 * that it is never half done. A mutation that states no scope is open to nobody, and none to a viewer without a nation.
 */
function deniedFields(
  schema: GraphQLSchema,
  request: ExecutionRequest,
  variables: Variables,
): GraphQLError[] {
  const mutation = schema.getMutationType();
  if (!mutation) throw new Error('The schema has no mutations');
  const fragments = fragmentsOf(request.document);
  const { viewer } = request.context;
  const errors: GraphQLError[] = [];
  for (const [key, [node]] of collectFields({ schema, fragments, variables }, mutation, [
    request.operation.selectionSet,
  ])) {
    const field = node && mutation.getFields()[node.name.value];
    if (!field) continue;
    const scope = scopeRequiredBy(field);
    if (scope === null) throw new Error(`Mutation.${field.name} states no scope`);
    if (viewer.nation !== null && viewer.scopes.has(scope)) continue;
    errors.push(forbidden(viewer, scope, { nodes: [node], path: [key] }));
  }
  return errors;
}

/** The context of the resolvers. Without a nation none of them runs: see {@link deniedFields}. */
function mutationContext(request: ExecutionRequest, parts: MutationParts): MutationContext | RequestContext {
  const { context } = request;
  const { nation } = context.viewer;
  if (nation === null) return context;
  const write = writeAs(parts.write, nation, context.record?.time);
  return Object.freeze({ ...context, nation, write, readBack: createReadBack(parts, request) });
}

function writeAs(
  write: Writers['write'],
  nation: Nation,
  time: StatementTime | undefined,
): WriteContext['write'] {
  return <T>(work: (tx: Transaction) => Promise<T>, options?: WriteOptions) =>
    write(nation, work, { ...options, time });
}

/** An error that stands in several places of the answer counts once, at the first: see read-back.ts. */
function eachOnce(errors: readonly GraphQLError[]): readonly GraphQLError[] {
  const causes = new Set<Error>();
  return errors.filter((error) => {
    const cause = error.originalError ?? error;
    const isFirst = !causes.has(cause);
    causes.add(cause);
    return isFirst;
  });
}

/** Where no mutation is answered because the database is unavailable, the HTTP status says so. */
function setStatusIfUnavailable(error: GraphQLError): void {
  const cause = error.originalError ?? error;
  if (isUnavailable(cause)) cause.endingRequest();
}
