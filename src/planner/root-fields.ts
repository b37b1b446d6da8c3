import { type GraphQLField, type GraphQLObjectType, type GraphQLSchema, isObjectType } from 'graphql';
import { sampleArguments } from './arguments.js';
import { rootPlanOf } from './planned-field.js';

/**
 * Checks at boot that each field of Query and Subscription is planned or declared as answered in memory, and that
 * each plan returns a read. Throws an error that names all other fields, so that none fails at its first request.
 */
export function checkRootFields(schema: GraphQLSchema): void {
  const faults = [schema.getQueryType(), schema.getSubscriptionType()]
    .filter(isObjectType)
    .flatMap((type) => Object.values(type.getFields()).flatMap((field) => faultsOf(type, field)));
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

function faultsOf(type: GraphQLObjectType, field: GraphQLField<unknown, unknown>): string[] {
  const name = `${type.name}.${field.name}`;
  const plan = rootPlanOf(field);
  if (field.extensions.answeredInMemory === true) {
    return plan === null ? [] : [`${name} is declared both as planned and as answered in memory`];
  }
  if (plan === null) return [`${name} is neither planned nor declared as answered in memory`];
  try {
    const read: unknown = plan(sampleArguments(field));
    return typeof read === 'function' ? [] : [`${name} does not answer with a read`];
  } catch (error) {
    return [`${name} cannot be planned: ${error instanceof Error ? error.message : String(error)}`];
  }
}
