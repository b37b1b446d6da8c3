import {
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  isInputType,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { SCOPES } from '../domain/scopes.js';
import { shapeOf } from './arguments.js';
import { compile, type Plan, type PlanTerms } from './compiler.js';
import type { Model } from './model.js';
import type { Variables } from './sql.js';

/** A plan as it is kept: its statement has a name once it has proved to be asked for again. */
export interface CachedPlan extends Plan {
  readonly id: number;
  uses: number;
}

const MAX_CACHED_PLANS = 2_000;

export interface Plans {
  /**
   * The plan of an operation for these terms and this shape of variables. `operationKey` names document and
   * operation. Asked for again, it is made anew with its reference data as constants, unless it is heavy.
   */
  of(
    operationKey: string,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    terms: PlanTerms,
    variables: Variables,
  ): CachedPlan | Promise<CachedPlan>;
  /** Lets go of all plans: the reference data that they may carry has changed. */
  forget(): void;
}

export function createPlans(schema: GraphQLSchema, model: Model): Plans {
  const kept = new LRUCache<string, CachedPlan>({ max: MAX_CACHED_PLANS });
  const variableTypes = new WeakMap<OperationDefinitionNode, ReadonlyMap<string, GraphQLInputType>>();
  let lastId = 0;
  /** Plans under way when this changes may hold what has been forgotten, and are not kept. */
  let epoch = 0;

  function typesOf(operation: OperationDefinitionNode): ReadonlyMap<string, GraphQLInputType> {
    const known = variableTypes.get(operation);
    if (known) return known;
    const types = new Map<string, GraphQLInputType>();
    for (const definition of operation.variableDefinitions ?? []) {
      const type = typeFromAST(schema, definition.type);
      if (isInputType(type)) types.set(definition.variable.name.value, type);
    }
    variableTypes.set(operation, types);
    return types;
  }

  return {
    of(operationKey, document, operation, terms, variables) {
      const shape = shapeOf(typesOf(operation), variables);
      const key = `${operationKey}|${terms.audience}|${terms.locale}|${scopesKey(terms)}|${shape}`;
      const known = kept.get(key);
      if (known) {
        known.uses += 1;
        if (known.uses !== 2 || !mayCarryConstants(known)) return known;
      }
      const begun = epoch;
      return compile(schema, model, document, operation, terms, variables, known !== undefined).then(
        (plan) => {
          lastId += 1;
          const fresh: CachedPlan = { ...plan, id: lastId, uses: known?.uses ?? 1 };
          if (begun === epoch) kept.set(key, fresh);
          return fresh;
        },
        (error: unknown) => {
          // The next one tries again.
          if (known) known.uses = 1;
          throw error;
        },
      );
    },
    forget() {
      epoch += 1;
      kept.clear();
    },
  };
}

/** A heavy statement is planned each time it runs, which selects its constants anew. */
function mayCarryConstants({ readsReference, statement }: Plan): boolean {
  return readsReference && statement?.isHeavy === false;
}

const scopeKeys = new WeakMap<ReadonlySet<string>, number>();

/** The scopes of a viewer as a number: one bit each, in the order of the permission table. */
function scopesKey({ scopes }: PlanTerms): number {
  const known = scopeKeys.get(scopes);
  if (known !== undefined) return known;
  const key = SCOPES.reduce((bits, scope, index) => (scopes.has(scope) ? bits + 2 ** index : bits), 0);
  scopeKeys.set(scopes, key);
  return key;
}
