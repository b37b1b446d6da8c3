import { audienceOf } from '../auth/viewer.js';
import type { RequestContext } from '../context/request-context.js';
import type { Scope } from '../domain/scopes.js';
import type { PlanSource, PlanStatement, PlanViewer } from '../planner/plan.js';
import type { Variables } from '../planner/sql.js';
import type { ExecutionRequest } from './execution-request.js';

/** Whether a viewer with these scopes may introspect the schema. */
export type MayIntrospect = (scopes: ReadonlySet<Scope>) => boolean;

/** The operation of a request with its coerced variables. */
export function planSourceOf(
  { operationKey, document, operation }: ExecutionRequest,
  variables: Variables,
): PlanSource {
  return { operationKey, document, operation, variables };
}

export function planViewerOf({ viewer, locale }: RequestContext, mayIntrospect: MayIntrospect): PlanViewer {
  const { scopes } = viewer;
  return { audience: audienceOf(viewer), locale, scopes, mayIntrospect: mayIntrospect(scopes) };
}

/** The parameter values of a statement. Throws a coded error for an invalid cursor. */
export function boundValues({ params }: PlanStatement, variables: Variables): unknown[] {
  return params.map((param) => storable(param.valueFor(variables)));
}

/** PostgreSQL cannot store a NUL in text: such a text is bound as null, which equals nothing. */
function storable(value: unknown): unknown {
  if (typeof value === 'string') return value.includes('\u0000') ? null : value;
  return Array.isArray(value) ? value.map(storable) : value;
}
