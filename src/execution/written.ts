import {
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
} from 'graphql';
import { audienceOf, identityOf, type Viewer } from '../auth/viewer.js';
import type { RequestContext } from '../context/request-context.js';
import { forbidden } from '../graphql-types/guard.js';
import { type ReadBack, WRITTEN_KEY } from '../mutations/read-back.js';
import { type OutlineField, TYPE_KEY } from '../planner/compiler.js';
import { compose } from '../planner/composition.js';
import { IDENTITY_KEY } from '../planner/identity.js';
import type { Model } from '../planner/model.js';
import type { ExecutorParts } from './query-executor.js';
import { createReadBackPlans, type ReadBackPlans } from './read-back-plans.js';

/**
 * What a mutation has written is read back through the read side: under the viewer's own rows and rights,
 * by the client's selection, in one statement after the commit. A field of a payload whose type is read by
 * SQL holds a {@link ReadBack}; the objects below it are the statement's JSON, keyed as the response is.
 */
export function readBackPayloads(schema: GraphQLSchema, model: Model, parts: ExecutorParts): void {
  const payloads = Object.values(schema.getMutationType()?.getFields() ?? {}).map(({ type }) =>
    getNamedType(type),
  );
  const known = new Set<GraphQLObjectType>();
  const plans = createReadBackPlans(schema, model);
  for (const payload of payloads) {
    if (!isObjectType(payload)) continue;
    for (const field of Object.values(payload.getFields())) {
      const type = getNamedType(field.type);
      if (!isObjectType(type) || !model.has(type.name)) continue;
      field.resolve = readBack(plans, parts);
      answerByKey(type, known);
    }
  }
}

function readBack(plans: ReadBackPlans, parts: ExecutorParts): GraphQLFieldResolver<unknown, RequestContext> {
  return async (payload, _args, context, info) => {
    const field = memberOf(payload, info.fieldName);
    if (!isReadBack(field)) return null;
    const { viewer, locale } = context;
    const variables = {
      ...info.variableValues,
      [IDENTITY_KEY]: identityOf(viewer),
      [WRITTEN_KEY]: field.written,
    };
    const terms = {
      audience: audienceOf(viewer),
      locale,
      scopes: viewer.scopes,
      mayIntrospect: parts.mayIntrospect(viewer.scopes),
    };
    const plan = plans.of(info, field.read, terms, variables);
    if (plan.outline?.refused) throw forbidden(viewer, plan.outline.refused);
    const { text, params, isHeavy, compositions } = plan.statement;
    const values = params.map((param) => param.valueFor(variables));
    // A statement asked for only once is not worth keeping prepared.
    const name = plan.uses > 1 && !isHeavy ? `back_${plan.id}` : undefined;
    const [json] = await parts.read(terms.audience, { name, text, values }, isHeavy);
    const object: unknown = JSON.parse(compose(String(json), compositions));
    if (plan.outline) placeRefusals(object, plan.outline, viewer);
    return object;
  };
}

function isReadBack(value: unknown): value is ReadBack {
  return typeof memberOf(value, 'read') === 'function' && typeof memberOf(value, 'written') === 'string';
}

/** Objects of these types come as JSON: a field's value is what stands under its response key. */
function answerByKey(type: GraphQLObjectType, known: Set<GraphQLObjectType>): void {
  if (known.has(type)) return;
  known.add(type);
  for (const field of Object.values(type.getFields())) {
    field.resolve = (object, _args, _context, info) => memberOf(object, String(info.path.key));
    const below = getNamedType(field.type);
    if (isObjectType(below)) answerByKey(below, known);
  }
}

function memberOf(object: unknown, key: string): unknown {
  return isObject(object) ? object[key] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Puts an error in the place of each refused field; graphql-js then propagates nulls as it always does. */
function placeRefusals(value: unknown, field: OutlineField, viewer: Viewer): void {
  if (Array.isArray(value)) {
    for (const item of value) placeRefusals(item, field, viewer);
    return;
  }
  if (!isObject(value)) return;
  const type = value[TYPE_KEY];
  if (typeof type !== 'string') return;
  for (const below of field.children.get(type) ?? []) {
    if (below.refused === null) placeRefusals(value[below.key], below, viewer);
    else value[below.key] = forbidden(viewer, below.refused);
  }
}
