import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  getVariableValues,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  ValidationContext,
  type VariableDefinitionNode,
} from 'graphql';
import { identityOf } from '../auth/viewer.js';
import { CodedError, ERROR_STATUS } from '../common/errors.js';
import { IDENTITY_KEY } from '../planner/identity.js';
import { type Variables, withVariables } from '../planner/sql.js';
import type { ExecutionRequest } from './execution-request.js';

/** Errors of a request's variables that are answered at most. */
const MAX_VARIABLE_ERRORS = 5;

/**
 * The variables of a request as its operation declares them, with the viewer's identity beside them. Wrong ones
 * are answered as BAD_USER_INPUT, before anything of the operation runs.
 */
export function variablesOf(
  schema: GraphQLSchema,
  { document, operation, variables, context }: ExecutionRequest,
): { variables: Variables; errors?: undefined } | { errors: readonly GraphQLError[] } {
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, {
    maxErrors: MAX_VARIABLE_ERRORS,
  });
  if (errors) return { errors: errors.map(variableError) };
  const nulls = nonNullVariables(schema, document, operation).filter(
    ({ variable }) => coerced[variable.name.value] === null,
  );
  if (nulls.length > 0) return { errors: nulls.slice(0, MAX_VARIABLE_ERRORS).map(nullError) };
  return { variables: withVariables(coerced, { [IDENTITY_KEY]: identityOf(context.viewer) }) };
}

/** graphql-js gives its errors of variables no code. */
function variableError({ message, nodes }: GraphQLError): GraphQLError {
  const code = 'BAD_USER_INPUT';
  return new GraphQLError(message, { nodes, extensions: { code, http: { status: ERROR_STATUS[code] } } });
}

function nullError(definition: VariableDefinitionNode): CodedError {
  const { value: name } = definition.variable.name;
  return new CodedError('BAD_USER_INPUT', {
    reason: 'NULL_VARIABLE',
    variables: { name },
    extensions: { argument: `$${name}` },
    nodes: definition,
  }).endingRequest();
}

const known = new WeakMap<OperationDefinitionNode, readonly VariableDefinitionNode[]>();

/**
 * Variables that may be null by their type, and stand where null is not allowed. The specification permits that
 * where a default fills in for an omitted variable (5.8.5), and fails each field that meets the null. Here the
 * operation is refused, so that no mutation has run before the field that fails.
 */
function nonNullVariables(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): readonly VariableDefinitionNode[] {
  const found = known.get(operation);
  if (found) return found;
  const nullable = (operation.variableDefinitions ?? []).filter(
    ({ type }) => type.kind !== Kind.NON_NULL_TYPE,
  );
  const names = nullable.length > 0 ? namesWhereNonNull(schema, document, operation) : new Set<string>();
  const definitions = nullable.filter(({ variable }) => names.has(variable.name.value));
  known.set(operation, definitions);
  return definitions;
}

function namesWhereNonNull(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): ReadonlySet<string> {
  const context = new ValidationContext(schema, document, new TypeInfo(schema), () => {});
  const usages = context.getRecursiveVariableUsages(operation);
  return new Set(usages.filter(({ type }) => isNonNullType(type)).map(({ node }) => node.name.value));
}
