import {
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
} from 'graphql';
import { isReadBack } from '../mutations/read-back.js';
import type { Model } from '../planner/model.js';
import type { MutationContext } from './read-back.js';

/**
 * Sets the resolvers of mutation payloads, once, after the schema has been built. A payload field whose type is read
 * by SQL holds a {@link ReadBack}, which the context of the mutation reads. The objects below it are JSON with the
 * keys of the response.
 */
export function wireMutationPayloads(schema: GraphQLSchema, model: Model): void {
  const wired = new Set<GraphQLObjectType>();
  for (const mutation of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    const payload = getNamedType(mutation.type);
    if (!isObjectType(payload)) continue;
    for (const field of Object.values(payload.getFields())) {
      const type = getNamedType(field.type);
      if (!isObjectType(type) || !model.has(type.name)) continue;
      field.resolve = readBackMember;
      answerByResponseKey(type, wired);
    }
  }
}

const readBackMember: GraphQLFieldResolver<unknown, MutationContext> = (payload, _args, context, info) => {
  const written = memberOf(payload, info.fieldName);
  return isReadBack(written) ? context.readBack(written, info) : null;
};

function answerByResponseKey(type: GraphQLObjectType, wired: Set<GraphQLObjectType>): void {
  if (wired.has(type)) return;
  wired.add(type);
  for (const field of Object.values(type.getFields())) {
    field.resolve = (object, _args, _context, info) => memberOf(object, String(info.path.key));
    const below = getNamedType(field.type);
    if (isObjectType(below)) answerByResponseKey(below, wired);
  }
}

function memberOf(object: unknown, key: string): unknown {
  return typeof object === 'object' && object !== null ? (object as Record<string, unknown>)[key] : undefined;
}
