import type { GraphQLInputType, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { shapeOf } from './arguments.js';
import { compileField, compileOperation, type FieldSelection } from './compiler.js';
import type { Model } from './model.js';
import type { Plan, PlanSource, PlanViewer } from './plan.js';
import { keyText, type PlanKey, shapingVariables } from './plan-key.js';

/**
 * The plan cache of queries, subscriptions and read-backs. Requests with an equal {@link PlanKey} share a plan. It
 * holds at most {@link MAX_CACHED_PLANS} plans and drops the least recently used first. A plan in use stays valid
 * after it has been dropped.
 */
export interface PlanCache {
  /**
   * The plan of a query operation. At its second use it is compiled again with reference data as constants, unless it
   * is heavy: PostgreSQL plans a heavy statement each time and would select the constants each time.
   */
  operationPlan(source: PlanSource, viewer: PlanViewer): CachedPlan;
  /** The plan of one field. `path` is its response path. It never has constants. */
  fieldPlan(source: PlanSource, viewer: PlanViewer, path: string, selection: FieldSelection): CachedPlan;
  /** Drops plans that read reference data, because it has changed. */
  forgetReference(): void;
}

export interface CachedPlan extends Plan {
  /** Unique in the cache. A plan that is compiled again gets a new one. */
  readonly id: number;
  /** Number of uses. */
  uses: number;
}

const MAX_CACHED_PLANS = 3_000;

export function createPlanCache(schema: GraphQLSchema, model: Model): PlanCache {
  const plans = new LRUCache<string, CachedPlan>({ max: MAX_CACHED_PLANS });
  const variableTypes = new WeakMap<OperationDefinitionNode, ReadonlyMap<string, GraphQLInputType>>();
  let lastId = 0;

  function typesOf(source: PlanSource): ReadonlyMap<string, GraphQLInputType> {
    const known = variableTypes.get(source.operation);
    if (known) return known;
    const types = shapingVariables(schema, source);
    variableTypes.set(source.operation, types);
    return types;
  }

  function keyOf(source: PlanSource, viewer: PlanViewer, path: string): string {
    const { audience, locale, scopes, mayIntrospect } = viewer;
    const { operationKey, variables } = source;
    const shape = shapeOf(typesOf(source), variables);
    const key: PlanKey = { operationKey, path, audience, locale, scopes, mayIntrospect, shape };
    return keyText(key);
  }

  function add(key: string, plan: Plan, uses: number): CachedPlan {
    lastId += 1;
    const cached = { ...plan, id: lastId, uses };
    plans.set(key, cached);
    return cached;
  }

  return {
    operationPlan(source, viewer) {
      const key = keyOf(source, viewer, '');
      const known = plans.get(key);
      if (known && (known.uses > 1 || !mayCarryConstants(known))) return used(known);
      const plan = compileOperation({ schema, model, source, viewer, withConstants: known !== undefined });
      return add(key, plan, known ? 2 : 1);
    },
    fieldPlan(source, viewer, path, selection) {
      const key = keyOf(source, viewer, path);
      const known = plans.get(key);
      if (known) return used(known);
      return add(key, compileField({ schema, model, source, viewer, withConstants: false }, selection), 1);
    },
    forgetReference() {
      for (const [key, { readsReference }] of [...plans]) if (readsReference) plans.delete(key);
    },
  };
}

function used(plan: CachedPlan): CachedPlan {
  plan.uses += 1;
  return plan;
}

function mayCarryConstants({ readsReference, statement }: Plan): boolean {
  return readsReference && statement?.isHeavy === false;
}

/**
 * Name of the prepared statement. Undefined for a plan at its first use, and for a heavy one, which is planned each
 * time.
 */
export function statementName({ id, uses, statement }: CachedPlan): string | undefined {
  return uses > 1 && statement?.isHeavy === false ? `plan_${id}` : undefined;
}
