import { type GraphQLError, type GraphQLSchema, getVariableValues } from 'graphql';
import { identityOf } from '../auth/viewer.js';
import { IDENTITY_KEY } from '../planner/identity.js';
import type { Variables } from '../planner/sql.js';
import type { ExecutionRequest } from './execution-request.js';

/** Maximum number of reported errors of variables. */
export const MAX_VARIABLE_ERRORS = 5;

/** The coerced variables of a request, with the identity of the viewer. */
export function variablesOf(
  schema: GraphQLSchema,
  { operation, variables, context }: ExecutionRequest,
): { variables: Variables; errors?: undefined } | { errors: readonly GraphQLError[] } {
  const { coerced, errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variables, {
    maxErrors: MAX_VARIABLE_ERRORS,
  });
  if (errors) return { errors };
  // Without a prototype, because a client may name a variable `toString`.
  return {
    variables: Object.assign(Object.create(null), coerced, { [IDENTITY_KEY]: identityOf(context.viewer) }),
  };
}
