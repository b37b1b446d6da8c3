import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql';
import { COST, MAX_NODE_IDS, PAGE_SIZE } from '../domain/limits.js';

/** Planning rejects larger pages and lists of ids. */
const MAX_SIZE = Math.max(PAGE_SIZE.maximum, MAX_NODE_IDS);

type Variables = Readonly<Record<string, unknown>>;

/**
 * Maximum cost of an operation: one for each object it can answer, and {@link COST}.mutation for each mutation. Pages
 * count `first` or `last` times the cost of an item; lists of unknown length a fixed size.
 */
export type CostOf = (
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
) => number;

/** Cached costs by the values of size variables. There are few, because sizes are limited. */
const MAX_CACHED_COSTS = 128;

interface Estimate {
  /** Variables on which the cost depends. */
  readonly sizes: readonly string[];
  readonly costs: Map<string, number>;
}

export function createCostOf(schema: GraphQLSchema): CostOf {
  const estimates = new WeakMap<OperationDefinitionNode, Estimate>();

  return (document, operation, variables) => {
    let estimate = estimates.get(operation);
    if (!estimate) {
      estimate = { sizes: sizeVariables(document, operation), costs: new Map() };
      estimates.set(operation, estimate);
    }
    let key = '';
    // An omitted variable has its default value and null has not, so their cache keys differ.
    for (const name of estimate.sizes) {
      key += Object.hasOwn(variables, name) ? `${sizeOf(variables[name])};` : '-;';
    }
    const known = estimate.costs.get(key);
    if (known !== undefined) return known;
    const cost = new Estimator(schema, document, operation, variables).cost();
    if (estimate.costs.size >= MAX_CACHED_COSTS) estimate.costs.clear();
    estimate.costs.set(key, cost);
    return cost;
  };
}

/** Variables that determine sizes: numbers, and lists by their length. */
function sizeVariables(document: DocumentNode, operation: OperationDefinitionNode): string[] {
  const defined = new Set((operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value));
  const names = new Set<string>();
  const collect = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FRAGMENT_SPREAD) continue;
      if (selection.kind === Kind.FIELD) for (const name of sizeVariablesOf(selection)) names.add(name);
      if (selection.selectionSet) collect(selection.selectionSet);
    }
  };
  for (const definition of document.definitions) {
    if (definition === operation || definition.kind === Kind.FRAGMENT_DEFINITION)
      collect(definition.selectionSet);
  }
  return [...names].filter((name) => defined.has(name));
}

function sizeVariablesOf(field: FieldNode): string[] {
  return (field.arguments ?? []).flatMap(({ name, value }) =>
    SIZE_ARGUMENTS.has(name.value) && value.kind === Kind.VARIABLE ? [value.name.value] : [],
  );
}

const SIZE_ARGUMENTS = new Set(['first', 'last', 'ids']);

function sizeOf(value: unknown): number | null {
  if (typeof value === 'number') return clamp(value);
  return Array.isArray(value) ? clamp(value.length) : null;
}

function clamp(size: number): number {
  return Number.isFinite(size) ? Math.min(Math.max(Math.trunc(size), 1), MAX_SIZE) : MAX_SIZE;
}

class Estimator {
  private readonly fragments = new Map<string, FragmentDefinitionNode>();
  private readonly known = new Map<string, number>();

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
    private readonly variables: Variables,
  ) {
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(definition.name.value, definition);
    }
  }

  cost(): number {
    const root = this.schema.getRootType(this.operation.operation);
    return root ? Math.max(1, this.selection(this.operation.selectionSet, root, 1)) : 1;
  }

  /** `size` is the page size of the connection that is selected here. */
  private selection(set: SelectionSetNode, type: GraphQLNamedType, size: number): number {
    let cost = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        cost += this.field(selection, type, size);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const { typeCondition } = selection;
        const narrowed = typeCondition && this.schema.getType(typeCondition.name.value);
        cost += this.selection(selection.selectionSet, narrowed ?? type, size);
      } else {
        cost += this.fragment(selection.name.value, size);
      }
    }
    return cost;
  }

  private fragment(name: string, size: number): number {
    const key = `${name} ${size}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const fragment = this.fragments.get(name);
    const type = fragment && this.schema.getType(fragment.typeCondition.name.value);
    const cost = type ? this.selection(fragment.selectionSet, type, size) : 0;
    this.known.set(key, cost);
    return cost;
  }

  private field(node: FieldNode, parent: GraphQLNamedType, size: number): number {
    const name = node.name.value;
    if (name === '__typename') return 0;
    if (name === '__schema' || name === '__type') return COST.introspection;
    if (!isObjectType(parent) && !isInterfaceType(parent)) return 0;
    const field = parent.getFields()[name];
    if (!field) return 0;
    const isMutation = parent === this.schema.getRootType(OperationTypeNode.MUTATION);
    const own = (isMutation ? COST.mutation : 0) + complexityOf(field);
    const type = getNamedType(field.type);
    if (!isCompositeType(type) || !node.selectionSet) return own;
    if (isConnection(type))
      return own + 1 + this.selection(node.selectionSet, type, this.pageSize(field, node));
    const each =
      isConnection(parent) && (name === 'edges' || name === 'nodes') ? size : this.listSize(field, node);
    return own + each * (1 + this.selection(node.selectionSet, type, 1));
  }

  private pageSize(field: GraphQLField<unknown, unknown>, node: FieldNode): number {
    const given = ['first', 'last'].flatMap((name) => {
      const size = field.args.some((argument) => argument.name === name) ? this.given(node, name) : null;
      return size === null ? [] : [size];
    });
    return given.length > 0 ? Math.max(...given) : PAGE_SIZE.default;
  }

  private listSize(field: GraphQLField<unknown, unknown>, node: FieldNode): number {
    if (!isListType(getNullableType(field.type))) return 1;
    return this.given(node, 'ids') ?? COST.unsizedList;
  }

  /** The size that an argument gives, or null. */
  private given(node: FieldNode, name: string): number | null {
    const value = node.arguments?.find((argument) => argument.name.value === name)?.value;
    return value ? this.sizeIn(value) : null;
  }

  private sizeIn(value: ValueNode): number | null {
    if (value.kind === Kind.INT) return clamp(Number(value.value));
    if (value.kind === Kind.LIST) return clamp(value.values.length);
    if (value.kind !== Kind.VARIABLE) return null;
    const { value: name } = value.name;
    if (Object.hasOwn(this.variables, name)) return sizeOf(this.variables[name]);
    const defaultValue = this.operation.variableDefinitions?.find(
      ({ variable }) => variable.name.value === name,
    )?.defaultValue;
    return defaultValue ? this.sizeIn(defaultValue) : null;
  }
}

/** What a field costs by itself, as its decorator states it. */
function complexityOf({ extensions: { complexity } }: GraphQLField<unknown, unknown>): number {
  return typeof complexity === 'number' ? complexity : 0;
}

function isConnection(type: GraphQLNamedType): boolean {
  return isObjectType(type) && type.name.endsWith('Connection') && 'pageInfo' in type.getFields();
}

/** Number of objects in an answer, from its JSON text: one for each opening brace. Braces in texts add a few. */
export function objectsIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf('{'); at >= 0; at = text.indexOf('{', at + 1)) count += 1;
  return count;
}
