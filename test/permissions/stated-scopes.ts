import { GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { scopeRequiredBy } from '../../src/graphql-types/guard.js';

/** The scope of every operation, and of every field that states one, as the schema has it. */
export function statedScopes(schema: GraphQLSchema): Record<string, string | null> {
  const stated: Record<string, string | null> = {};
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!(type instanceof GraphQLObjectType) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      const scope = scopeRequiredBy(field);
      if (scope !== null || roots.includes(type)) stated[`${type.name}.${field.name}`] = scope;
    }
  }
  return stated;
}
