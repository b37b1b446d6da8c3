import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  GraphQLIncludeDirective,
  type GraphQLObjectType,
  type GraphQLSchema,
  GraphQLSkipDirective,
  getDirectiveValues,
  type InlineFragmentNode,
  isAbstractType,
  Kind,
  type SelectionSetNode,
  typeFromAST,
} from 'graphql';
import type { Variables } from './sql.js';

/** Context of collecting a selection. */
export interface SelectionContext {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Variables;
}

/**
 * CollectFields of the GraphQL specification (6.3.2): the selected fields of one object type by response key, in
 * order, with fragments spread and @skip and @include applied.
 */
export function collectFields(
  context: SelectionContext,
  type: GraphQLObjectType,
  selectionSets: readonly SelectionSetNode[],
): Map<string, FieldNode[]> {
  const groups = new Map<string, FieldNode[]>();
  const visited = new Set<string>();
  for (const set of selectionSets) collect(context, type, set, groups, visited);
  return groups;
}

function collect(
  context: SelectionContext,
  type: GraphQLObjectType,
  set: SelectionSetNode,
  groups: Map<string, FieldNode[]>,
  visited: Set<string>,
): void {
  for (const selection of set.selections) {
    if (!isIncluded(selection, context.variables)) continue;
    if (selection.kind === Kind.FIELD) {
      addToGroup(groups, selection);
      continue;
    }
    const fragment = fragmentOf(context, selection, visited);
    if (fragment && applies(context.schema, type, fragment.typeCondition)) {
      collect(context, type, fragment.selectionSet, groups, visited);
    }
  }
}

function addToGroup(groups: Map<string, FieldNode[]>, field: FieldNode): void {
  const key = field.alias?.value ?? field.name.value;
  const group = groups.get(key);
  if (group) group.push(field);
  else groups.set(key, [field]);
}

/** The selection of an inline fragment or a spread; undefined for a fragment that has been spread before. */
function fragmentOf(
  { fragments }: SelectionContext,
  selection: InlineFragmentNode | FragmentSpreadNode,
  visited: Set<string>,
): InlineFragmentNode | FragmentDefinitionNode | undefined {
  if (selection.kind === Kind.INLINE_FRAGMENT) return selection;
  const { value: name } = selection.name;
  if (visited.has(name)) return undefined;
  visited.add(name);
  return fragments.get(name);
}

function isIncluded(node: SelectionSetNode['selections'][number], variables: Variables): boolean {
  const skip = getDirectiveValues(GraphQLSkipDirective, node, variables);
  if (skip?.if === true) return false;
  return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.if !== false;
}

function applies(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  condition: FragmentDefinitionNode['typeCondition'] | undefined,
): boolean {
  if (!condition) return true;
  const conditional = typeFromAST(schema, condition);
  if (conditional === type) return true;
  return isAbstractType(conditional) && schema.isSubType(conditional, type);
}

/** The fragments of a document by name. */
export function fragmentsOf({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  return fragments;
}
