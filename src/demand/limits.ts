import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { CodedError } from '../common/errors.js';

/**
 * Limits of documents. A document that exceeds one is rejected with LIMIT_EXCEEDED before validation. `extensions`
 * contain the name of the limit, as here, and its value.
 */
export const LIMITS = {
  /** Tokens of the document. */
  tokens: 1_000,
  /** Levels of fields from the operation down, introspection aside. */
  depth: 12,
  /** Aliased uses of one field of one type in the whole document; `__typename` counts as one field. */
  aliases: 15,
  /** Directives in the whole document. */
  directives: 8,
  /** Fields of one selection with fragments spread. Repeated ones count each time. */
  fields: 200,
  /** Fields of a whole operation with its fragments spread. */
  totalFields: 2_000,
  /** Nesting of `fields`, `interfaces`, `possibleTypes` and `inputFields` in introspection. */
  introspection: 2,
  /** Validation errors that are reported. */
  validationErrors: 5,
} as const;

type Limit = Exclude<keyof typeof LIMITS, 'validationErrors'>;

const REASONS: Readonly<Record<Limit, string>> = {
  tokens: 'LIMIT_TOKENS',
  depth: 'LIMIT_DEPTH',
  aliases: 'LIMIT_ALIASES',
  directives: 'LIMIT_DIRECTIVES',
  fields: 'LIMIT_FIELDS',
  totalFields: 'LIMIT_TOTAL_FIELDS',
  introspection: 'LIMIT_INTROSPECTION',
};

export function limitExceeded(limit: Limit): CodedError {
  const maximum = LIMITS[limit];
  return new CodedError('LIMIT_EXCEEDED', {
    reason: REASONS[limit],
    variables: { maximum },
    extensions: { limit, maximum },
  });
}

/**
 * The limit that a parsed document exceeds, or null. Takes time in proportion to the text: each fragment is measured
 * once. The document need not be valid.
 */
export function exceededLimit(schema: GraphQLSchema, document: DocumentNode): Limit | null {
  const written = countWritten(schema, document);
  if (written.directives > LIMITS.directives) return 'directives';
  if (written.mostAliases > LIMITS.aliases) return 'aliases';
  const ruler = createRuler(document);
  let exceeded: Limit | null = null;
  for (const definition of document.definitions) {
    // Fragments are measured where they are spread.
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const size = ruler.measure(definition.selectionSet);
    if (ruler.widest() > LIMITS.fields) return 'fields';
    if (size.total > LIMITS.totalFields) exceeded ??= 'totalFields';
    if (size.depth > LIMITS.depth) exceeded ??= 'depth';
    if (size.introspection > LIMITS.introspection) exceeded ??= 'introspection';
  }
  return exceeded;
}

interface Size {
  /** Fields of the selection itself, fragments spread. */
  readonly fields: number;
  /** Fields of this selection and all below it. */
  readonly total: number;
  readonly depth: number;
  /** Maximum nesting of the lists that make introspection recursive. */
  readonly lists: number;
  /** The same, below `__schema` and `__type` only. */
  readonly introspection: number;
}

const NOTHING: Size = { fields: 0, total: 0, depth: 0, lists: 0, introspection: 0 };
const INTROSPECTION_LISTS = new Set(['fields', 'interfaces', 'possibleTypes', 'inputFields']);

function sizeOfField(name: string, below: Size): Size {
  const isIntrospection = name === '__schema' || name === '__type';
  return {
    fields: 1,
    total: 1 + below.total,
    depth: isIntrospection ? 1 : 1 + below.depth,
    lists: below.lists + (INTROSPECTION_LISTS.has(name) ? 1 : 0),
    introspection: isIntrospection ? below.lists : below.introspection,
  };
}

/** Combined size of two sibling selections. */
function combine(one: Size, other: Size): Size {
  return {
    fields: one.fields + other.fields,
    total: one.total + other.total,
    depth: Math.max(one.depth, other.depth),
    lists: Math.max(one.lists, other.lists),
    introspection: Math.max(one.introspection, other.introspection),
  };
}

function createRuler(document: DocumentNode): {
  measure: (set: SelectionSetNode) => Size;
  widest: () => number;
} {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const known = new Map<string, Size>();
  let widest = 0;

  function ofFragment(name: string): Size {
    const size = known.get(name);
    if (size) return size;
    // Ends recursive fragments. Validation reports them.
    known.set(name, NOTHING);
    const fragment = fragments.get(name);
    const measured = fragment ? measure(fragment.selectionSet) : NOTHING;
    known.set(name, measured);
    return measured;
  }

  function measure(set: SelectionSetNode): Size {
    const size = set.selections.map(ofSelection).reduce(combine, NOTHING);
    widest = Math.max(widest, size.fields);
    return size;
  }

  function ofSelection(selection: SelectionNode): Size {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return ofFragment(selection.name.value);
    if (selection.kind === Kind.INLINE_FRAGMENT) return measure(selection.selectionSet);
    const below = selection.selectionSet ? measure(selection.selectionSet) : NOTHING;
    return sizeOfField(selection.name.value, below);
  }

  return { measure, widest: () => widest };
}

/** Directives and aliases in the text, fragments not spread. */
function countWritten(
  schema: GraphQLSchema,
  document: DocumentNode,
): { directives: number; mostAliases: number } {
  const aliases = new Map<string, number>();
  let directives = 0;

  function countDirectives(node: { readonly directives?: readonly unknown[] | undefined }): void {
    directives += node.directives?.length ?? 0;
  }

  function countField(field: FieldNode, parent: GraphQLNamedType | undefined): void {
    const name = field.name.value;
    if (field.alias) {
      const key = name.startsWith('__') ? name : `${parent?.name}.${name}`;
      aliases.set(key, (aliases.get(key) ?? 0) + 1);
    }
    if (field.selectionSet) count(field.selectionSet, typeOf(parent, name));
  }

  function count(set: SelectionSetNode, parent: GraphQLNamedType | undefined): void {
    for (const selection of set.selections) {
      countDirectives(selection);
      if (selection.kind === Kind.FIELD) countField(selection, parent);
      if (selection.kind !== Kind.INLINE_FRAGMENT) continue;
      const { typeCondition } = selection;
      count(selection.selectionSet, typeCondition ? schema.getType(typeCondition.name.value) : parent);
    }
  }

  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION) {
      countDirectives(definition);
      definition.variableDefinitions?.forEach(countDirectives);
      count(definition.selectionSet, schema.getRootType(definition.operation) ?? undefined);
    } else if (definition.kind === Kind.FRAGMENT_DEFINITION) {
      countDirectives(definition);
      count(definition.selectionSet, schema.getType(definition.typeCondition.name.value));
    }
  }
  return { directives, mostAliases: Math.max(0, ...aliases.values()) };
}

function typeOf(parent: GraphQLNamedType | undefined, field: string): GraphQLNamedType | undefined {
  if (!isObjectType(parent) && !isInterfaceType(parent)) return undefined;
  const definition = parent.getFields()[field];
  return definition && getNamedType(definition.type);
}
