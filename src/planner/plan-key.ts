import {
  type GraphQLInputType,
  type GraphQLSchema,
  isInputType,
  Kind,
  OperationTypeNode,
  typeFromAST,
  visit,
} from 'graphql';
import { SCOPES, type Scope } from '../domain/scopes.js';
import type { PlanSource, PlanViewer } from './plan.js';
import { fragmentsOf } from './selection.js';

/**
 * Everything that a plan depends on. Queries, subscriptions and read-backs with equal keys share a plan. Values that
 * are bound when the statement runs are not part of it: see {@link shapeOf} in arguments.ts.
 */
export interface PlanKey extends PlanViewer {
  readonly operationKey: string;
  /** Response path of a field that is compiled by itself; empty for an operation. */
  readonly path: string;
  /** The part of the variables that shapes the statement. */
  readonly shape: string;
}

/** The key as text. The operation comes last, because it may contain any character. */
export function keyText({
  operationKey,
  path,
  audience,
  locale,
  scopes,
  mayIntrospect,
  shape,
}: PlanKey): string {
  return `${audience}|${locale}|${scopeBits(scopes)}|${mayIntrospect ? 1 : 0}|${path}|${shape}|${operationKey}`;
}

const knownBits = new WeakMap<ReadonlySet<Scope>, number>();

/** Scopes as a bit mask in the order of the permission table. Computed once for each set. */
function scopeBits(scopes: ReadonlySet<Scope>): number {
  const known = knownBits.get(scopes);
  if (known !== undefined) return known;
  const bits = SCOPES.reduce((sum, scope, index) => (scopes.has(scope) ? sum + 2 ** index : sum), 0);
  knownBits.set(scopes, bits);
  return bits;
}

/**
 * Types of the variables that may shape a plan of the operation, by name. For a mutation, variables in the arguments
 * of its root fields do not count: written values do not shape the read-back.
 */
export function shapingVariables(
  schema: GraphQLSchema,
  source: Pick<PlanSource, 'document' | 'operation'>,
): ReadonlyMap<string, GraphQLInputType> {
  const isMutation = source.operation.operation === OperationTypeNode.MUTATION;
  const selecting = isMutation ? selectingVariables(source) : null;
  const types = new Map<string, GraphQLInputType>();
  for (const { variable, type } of source.operation.variableDefinitions ?? []) {
    const { value: name } = variable.name;
    const inputType = typeFromAST(schema, type);
    if (isInputType(inputType) && (selecting === null || selecting.has(name))) types.set(name, inputType);
  }
  return types;
}

function selectingVariables({
  document,
  operation,
}: Pick<PlanSource, 'document' | 'operation'>): ReadonlySet<string> {
  const names = new Set<string>();
  const visitor = {
    Variable: ({ name }: { readonly name: { readonly value: string } }): void => {
      names.add(name.value);
    },
  };
  for (const fragment of fragmentsOf(document).values()) visit(fragment, visitor);
  for (const selection of operation.selectionSet.selections) {
    if (selection.kind !== Kind.FIELD) visit(selection, visitor);
    else if (selection.selectionSet) visit(selection.selectionSet, visitor);
  }
  return names;
}
