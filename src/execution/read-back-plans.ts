import {
  type GraphQLInputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  isInputType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { shapeOf } from '../planner/arguments.js';
import { compileField, type FieldPlan, type PlanTerms } from '../planner/compiler.js';
import type { Model, Read } from '../planner/model.js';
import type { Variables } from '../planner/sql.js';

const MAX_CACHED_PLANS = 500;

/** A plan as it is kept: its statement has a name once it has proved to be asked for again. */
interface CachedPlan extends FieldPlan {
  readonly id: number;
  uses: number;
}

/** What is known of an operation, as long as its document is. */
interface KnownOperation {
  readonly id: number;
  /** Types of the variables that selections use; what goes into the mutations themselves is left out. */
  readonly selecting: ReadonlyMap<string, GraphQLInputType>;
}

export interface ReadBackPlans {
  /** The plan by which a field of a payload is read for these terms and this shape of variables. */
  of(info: GraphQLResolveInfo, read: Read, terms: PlanTerms, variables: Variables): CachedPlan;
}

export function createReadBackPlans(schema: GraphQLSchema, model: Model): ReadBackPlans {
  const kept = new LRUCache<string, CachedPlan>({ max: MAX_CACHED_PLANS });
  const operations = new WeakMap<OperationDefinitionNode, KnownOperation>();
  let lastOperation = 0;
  let lastPlan = 0;

  function known(info: GraphQLResolveInfo): KnownOperation {
    const found = operations.get(info.operation);
    if (found) return found;
    lastOperation += 1;
    const fresh = { id: lastOperation, selecting: selectingVariables(schema, info) };
    operations.set(info.operation, fresh);
    return fresh;
  }

  return {
    of(info, read, terms, variables) {
      const { id, selecting } = known(info);
      const field = `${info.path.prev?.key}.${info.path.key}`;
      const rights = [...terms.scopes].sort().join(' ');
      const key = `${id}|${field}|${terms.audience}|${terms.locale}|${rights}|${shapeOf(selecting, variables)}`;
      const before = kept.get(key);
      if (before) {
        before.uses += 1;
        return before;
      }
      const { operation } = info;
      const document = { kind: Kind.DOCUMENT, definitions: Object.values(info.fragments) } as const;
      const selection = { field: fieldOf(info), nodes: info.fieldNodes, read };
      lastPlan += 1;
      const plan = compileField(schema, model, document, operation, terms, variables, selection);
      const fresh = { ...plan, id: lastPlan, uses: 1 };
      kept.set(key, fresh);
      return fresh;
    },
  };
}

function fieldOf({ parentType, fieldName }: GraphQLResolveInfo) {
  const field = parentType.getFields()[fieldName];
  if (!field) throw new Error(`${parentType.name} has no field ${fieldName}`);
  return field;
}

/** Variables of the operation that stand anywhere but among the arguments of its root fields. */
function selectingVariables(
  schema: GraphQLSchema,
  { operation, fragments }: GraphQLResolveInfo,
): ReadonlyMap<string, GraphQLInputType> {
  const used = new Set<string>();
  const note = {
    Variable: ({ name }: { readonly name: { readonly value: string } }) => void used.add(name.value),
  };
  for (const fragment of Object.values(fragments)) visit(fragment, note);
  for (const selection of operation.selectionSet.selections) {
    if (selection.kind === Kind.FIELD) {
      if (selection.selectionSet) visit(selection.selectionSet, note);
    } else visit(selection, note);
  }
  const types = new Map<string, GraphQLInputType>();
  for (const { variable, type } of operation.variableDefinitions ?? []) {
    const inputType = typeFromAST(schema, type);
    if (used.has(variable.name.value) && isInputType(inputType)) types.set(variable.name.value, inputType);
  }
  return types;
}
