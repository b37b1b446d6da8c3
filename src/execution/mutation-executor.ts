import {
  execute,
  GraphQLBoolean,
  type GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type VariableDefinitionNode,
} from 'graphql';
import { CodedError } from '../common/errors.js';
import type { RequestContext } from '../context/request-context.js';
import type { WriteContext } from '../context/write-context.js';
import type { Transaction } from '../database/transaction.js';
import { isUnavailable } from '../database/unavailable.js';
import type { WriteOptions, Writers } from '../database/writers.js';
import type { Nation } from '../domain/scopes.js';
import { forbidden, scopeRequiredBy } from '../graphql-types/guard.js';
import type { Model } from '../planner/model.js';
import { ResponseText } from '../planner/response-text.js';
import { collectFields } from '../planner/selection.js';
import type { ExecutionRequest } from './execution-request.js';
import type { ExecuteQuery, ExecutorParts } from './query-executor.js';
import { MAX_VARIABLE_ERRORS } from './variables.js';
import { readBackPayloads } from './written.js';

export interface MutationParts extends ExecutorParts {
  readonly write: Writers['write'];
}

/** Queries to one executor, mutations to the other; nothing else is taken here. */
export function executeByOperation(query: ExecuteQuery, mutation: ExecuteQuery): ExecuteQuery {
  return (request) => {
    if (request.operation.operation === OperationTypeNode.QUERY) return query(request);
    if (request.operation.operation === OperationTypeNode.MUTATION) return mutation(request);
    return Promise.resolve({ errors: [needsOtherTransport().endingRequest()] });
  };
}

/** A subscription over plain HTTP. */
function needsOtherTransport(): CodedError {
  return new CodedError('BAD_REQUEST', {
    reason: 'SUBSCRIPTION_TRANSPORT',
    variables: {
      protocol: 'WebSocket: graphql-transport-ws',
      accept: 'Accept: text/event-stream',
    },
  });
}

/** Mutation operations: one after the other as graphql-js runs them, each through its service. */
export function createMutationExecutor(
  schema: GraphQLSchema,
  model: Model,
  parts: MutationParts,
): ExecuteQuery {
  readBackPayloads(schema, model, parts);

  return async (request) => {
    // Variables are read but once, by graphql-js, which refuses those that are wrong.
    const switches = getVariableValues(schema, switchesOf(request.operation), request.variables);
    const refused = switches.coerced ? refusals(schema, request, switches.coerced) : [];
    if (refused.length > 0) return { data: null, errors: refused };
    const { data, errors } = await execute({
      schema,
      document: request.document,
      operationName: request.operation.name?.value,
      variableValues: request.variables,
      contextValue: writeContext(request.context, parts.write),
      options: { maxCoercionErrors: MAX_VARIABLE_ERRORS },
    });
    if (data === undefined) return { errors };
    if (data === null && request.operation.selectionSet.selections.length === 1) errors?.forEach(tellHttp);
    return { data: data && ResponseText.of(JSON.stringify(data)), errors };
  };
}

/** Definitions of the variables that decide whether a field is selected. */
function switchesOf({ variableDefinitions = [] }: OperationDefinitionNode): VariableDefinitionNode[] {
  return variableDefinitions.filter(({ type }) => {
    const named = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
    return named.kind === Kind.NAMED_TYPE && named.name.value === GraphQLBoolean.name;
  });
}

/**
 * What the viewer may not do of the whole operation. Nothing of it runs then, so that a refusal never
 * leaves half an operation behind. An operation that states no scope is nobody's.
 */
function refusals(
  schema: GraphQLSchema,
  request: ExecutionRequest,
  variables: Readonly<Record<string, unknown>>,
): GraphQLError[] {
  const mutation = schema.getMutationType();
  if (!mutation) throw new Error('The schema has no mutations');
  const fragments = new Map(
    request.document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );
  const { viewer } = request.context;
  const errors: GraphQLError[] = [];
  for (const [key, [node]] of collectFields({ schema, fragments, variables }, mutation, [
    request.operation.selectionSet,
  ])) {
    const field = node && mutation.getFields()[node.name.value];
    if (!field) continue;
    const scope = scopeRequiredBy(field);
    if (scope === null) throw new Error(`Mutation.${field.name} states no scope`);
    if (viewer.scopes.has(scope)) continue;
    errors.push(forbidden(viewer, scope, { nodes: [node], path: [key] }));
  }
  return errors;
}

function writeContext(context: RequestContext, write: Writers['write']): WriteContext {
  const { nation } = context.viewer;
  if (nation === null) throw new Error('A viewer without a nation has no right to write');
  return Object.freeze({ ...context, nation, write: writeAs(write, nation) });
}

function writeAs(write: Writers['write'], nation: Nation): WriteContext['write'] {
  return <T>(work: (tx: Transaction) => Promise<T>, options?: WriteOptions) => write(nation, work, options);
}

/** A dead database ends the whole request, which HTTP is told of by its status. */
function tellHttp(error: GraphQLError): void {
  const cause = error.originalError ?? error;
  if (isUnavailable(cause)) cause.endingRequest();
}
