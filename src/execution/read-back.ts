import type { GraphQLResolveInfo } from 'graphql';
import { identityOf, type Viewer } from '../auth/viewer.js';
import type { CodedError } from '../common/errors.js';
import type { WriteContext } from '../context/write-context.js';
import { forbidden } from '../graphql-types/guard.js';
import { type ReadBack, WRITTEN_KEY } from '../mutations/read-back.js';
import { compose } from '../planner/composition.js';
import { IDENTITY_KEY } from '../planner/identity.js';
import { type OutlineField, TYPE_KEY } from '../planner/plan.js';
import { statementName } from '../planner/plan-cache.js';
import { withVariables } from '../planner/sql.js';
import type { ExecutionRequest } from './execution-request.js';
import { boundValues, planSourceOf, planViewerOf } from './plan-source.js';
import type { ExecutorParts } from './query-executor.js';

/** The context of the resolvers of a mutation. */
export interface MutationContext extends WriteContext {
  /**
   * Reads the written row for a payload field after the commit: one statement with the selection of the client, under
   * the row rules and scopes of the viewer. The result is JSON with the keys of the response and an error in place of
   * each denied field. Throws FORBIDDEN if the field itself is denied.
   */
  readonly readBack: (written: ReadBack, info: GraphQLResolveInfo) => Promise<unknown>;
}

export function createReadBack(
  { plans, read, mayIntrospect, references }: ExecutorParts,
  request: ExecutionRequest,
): MutationContext['readBack'] {
  const { viewer, record } = request.context;
  const planViewer = planViewerOf(request.context, mayIntrospect);
  return async ({ read: readOf, written }, info) => {
    const variables = withVariables(info.variableValues, {
      [IDENTITY_KEY]: identityOf(viewer),
      [WRITTEN_KEY]: written,
    });
    const field = info.parentType.getFields()[info.fieldName];
    if (!field) throw new Error(`${info.parentType.name} has no field ${info.fieldName}`);
    const key = String(info.path.key);
    const plan = plans.fieldPlan(
      planSourceOf(request, variables),
      planViewer,
      `${info.path.prev?.key}.${key}`,
      {
        field,
        key,
        nodes: info.fieldNodes,
        read: readOf,
      },
    );
    const [entry] = plan.outline ?? [];
    if (entry?.deniedScope) throw forbidden(viewer, entry.deniedScope);
    if (plan.statement === null) throw new Error(`${info.fieldName} is not read`);
    await references.check(plan.statement, variables, planViewer.audience, record?.time);
    const { text, isHeavy, compositions } = plan.statement;
    const statement = { name: statementName(plan), text, values: boundValues(plan.statement, variables) };
    const [json] = await read(planViewer.audience, statement, isHeavy, record?.time);
    const object: unknown = JSON.parse(await compose(String(json), compositions));
    if (entry) placeErrors(object, entry, viewer, new Map());
    return object;
  };
}

/** Replaces each denied field with an error, the same one in every object. graphql-js then propagates nulls. */
function placeErrors(
  value: unknown,
  field: OutlineField,
  viewer: Viewer,
  errors: Map<OutlineField, CodedError>,
): void {
  if (Array.isArray(value)) {
    for (const item of value) placeErrors(item, field, viewer, errors);
    return;
  }
  if (!isObject(value)) return;
  const type = value[TYPE_KEY];
  if (typeof type !== 'string') return;
  for (const below of field.children.get(type) ?? []) {
    if (below.deniedScope === null) {
      placeErrors(value[below.key], below, viewer, errors);
      continue;
    }
    const error = errors.get(below) ?? forbidden(viewer, below.deniedScope);
    errors.set(below, error);
    value[below.key] = error;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
