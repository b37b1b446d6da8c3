import {
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Asker } from './asker.js';
import type { Choices } from './choices.js';
import { isCompared } from './fields.js';
import { argumentsFor, type Pool, type Value } from './values.js';

export interface Operation {
  readonly text: string;
  readonly variables: Readonly<Record<string, Value>>;
}

/** What is selected of one object so far: by response key, so that what meets again can be merged. */
interface Scope {
  readonly fields: Map<string, { signature: string; field: string; parent: string; below: Scope }>;
  /** Set where keys must not meet any other: in fragments that are spread in many places. */
  readonly prefix: string;
}

const DEEPEST = 9;
const MOST_FIELDS = 60;
/** Objects that may be expected of one list before only leaves are selected. */
const MOST_OBJECTS = 300;
const NEVER_NULL = new Set(['last', 'before', 'groupBy', 'orderBy']);

/** A random operation that is valid against the schema. */
export function operationFrom(schema: GraphQLSchema, choices: Choices, pool: Pool, asker: Asker): Operation {
  const definitions: string[] = [];
  const variables: Record<string, Value> = {};
  const fragments: string[] = [];
  const library = new Map<string, string[]>();
  let fieldCount = 0;
  let names = 0;
  const fresh = (stem: string): string => {
    names += 1;
    return `${stem}${names}`;
  };

  const query = schema.getQueryType();
  if (!query) throw new Error('No queries');
  const selection = selectionOn(query, newScope(''), 0, 1);
  const head =
    definitions.length > 0 ? `query Q(${definitions.join(', ')}) ` : choices.once(2) ? 'query Q ' : '';
  return { text: [`${head}${selection}`, ...fragments].join('\n'), variables };

  function selectionOn(type: GraphQLObjectType, scope: Scope, depth: number, expected: number): string {
    const items = Array.from({ length: 1 + choices.next(depth === 0 ? 3 : 5) }, () =>
      item(type, scope, depth, expected),
    );
    return `{ ${items.join(' ')} }`;
  }

  function item(type: GraphQLObjectType, scope: Scope, depth: number, expected: number): string {
    const isFull = fieldCount > MOST_FIELDS || choices.isSpent();
    if (isFull) return '__typename';
    switch (choices.next(14)) {
      case 10:
        return `__typename${directives()}`;
      case 11:
        return `...${choices.once(2) ? ` on ${type.name}` : ''}${directives()} ${selectionOn(type, scope, depth, expected)}`;
      case 12:
        return depth === 0 ? fieldOf(type, scope, depth, expected) : `...${fragmentOn(type)}${directives()}`;
      case 13:
        return again(type, scope, depth, expected) ?? fieldOf(type, scope, depth, expected);
      default:
        return fieldOf(type, scope, depth, expected);
    }
  }

  function fieldOf(type: GraphQLObjectType, scope: Scope, depth: number, expected: number): string {
    const isBounded = depth >= DEEPEST || expected > MOST_OBJECTS;
    const fields = Object.values(type.getFields()).filter(
      (field) => isCompared(type, field.name) && !(isBounded && isCompositeType(getNamedType(field.type))),
    );
    // Objects are the more interesting half of what can be selected.
    const objects = fields.filter((field) => isCompositeType(getNamedType(field.type)));
    const field = choices.pick(objects.length > 0 && choices.once(3) ? objects : fields);
    const values =
      field.args.length === 0 ? {} : argumentsFor(`${type.name}.${field.name}`, choices, pool, asker.locale);
    return printed(type, field, scope, argumentsText(field, values), sizeOf(field, values) * expected, depth);
  }

  function printed(
    type: GraphQLObjectType,
    field: GraphQLField<unknown, unknown>,
    scope: Scope,
    given: string,
    expected: number,
    depth: number,
  ): string {
    fieldCount += 1;
    const signature = `${field.name}${given}: ${String(field.type)}`;
    let key = scope.prefix === '' && !choices.once(6) ? field.name : fresh(`${scope.prefix}a`);
    const known = scope.fields.get(key);
    if (known && known.signature !== signature) key = fresh('b');
    const below = scope.fields.get(key)?.below ?? newScope('');
    if (!scope.fields.has(key))
      scope.fields.set(key, { signature, field: field.name, parent: type.name, below });
    const alias = key === field.name ? '' : `${key}: `;
    return `${alias}${field.name}${given}${directives()}${subselection(field, below, depth, expected)}`;
  }

  function subselection(
    field: GraphQLField<unknown, unknown>,
    below: Scope,
    depth: number,
    expected: number,
  ): string {
    const answered = getNamedType(field.type);
    if (isObjectType(answered)) return ` ${selectionOn(answered, below, depth + 1, expected)}`;
    if (isInterfaceType(answered)) return ` ${abstractSelection(answered.name, below, depth + 1, expected)}`;
    return '';
  }

  function abstractSelection(name: string, scope: Scope, depth: number, expected: number): string {
    const abstract = schema.getType(name);
    if (!abstract || !isAbstractType(abstract)) throw new Error(`${name} is not abstract`);
    const items: string[] = [choices.pick(['__typename', 'id', 'k: id __typename'])];
    for (let n = choices.next(4); n >= 0; n -= 1) {
      const type = choices.pick(schema.getPossibleTypes(abstract));
      const inner = choices.once(4)
        ? `{ ...${fragmentOn(type)} }`
        : selectionOn(type, scope, depth, expected);
      const nested = choices.once(5) ? `{ ... on ${name} { ... on ${type.name} ${inner} } }` : inner;
      items.push(`... on ${type.name}${directives()} ${nested}`);
    }
    return `{ ${items.join(' ')} }`;
  }

  /** A field that was selected before, selected once more. */
  function again(type: GraphQLObjectType, scope: Scope, depth: number, expected: number): string | null {
    const known = [...scope.fields].filter(([, { parent }]) => parent === type.name);
    if (known.length === 0) return null;
    const [key, { field: name, signature, below }] = choices.pick(known);
    const field = type.getFields()[name];
    if (!field) return null;
    const given = signature.slice(name.length, signature.length - `: ${String(field.type)}`.length);
    fieldCount += 1;
    return `${key === name ? '' : `${key}: `}${name}${given}${directives()}${subselection(field, below, depth, expected * 3)}`;
  }

  /** A named fragment on a type: one that is there already, or a new one. */
  function fragmentOn(type: GraphQLObjectType): string {
    const known = library.get(type.name) ?? [];
    if (known.length > 0 && choices.once(2)) return choices.pick(known);
    const name = fresh('F');
    const body = selectionOn(type, newScope(name), DEEPEST - 1, MOST_OBJECTS);
    fragments.push(`fragment ${name} on ${type.name} ${body}`);
    library.set(type.name, [...(library.get(type.name) ?? []), name]);
    return name;
  }

  function directives(): string {
    if (!choices.once(8)) return '';
    const condition = (): string => (choices.once(2) ? String(choices.once(2)) : booleanVariable());
    const kind = choices.next(3);
    const skip = kind === 1 ? '' : ` @skip(if: ${condition()})`;
    return kind === 0 ? skip : ` @include(if: ${condition()})${skip}`;
  }

  /** One of a few variables that are used in many places. */
  function booleanVariable(): string {
    const name = choices.pick(['yes', 'no', 'given']);
    if (!definitions.some((definition) => definition.startsWith(`$${name}:`))) {
      definitions.push(`$${name}: Boolean! = ${name === 'yes'}`);
      if (name === 'given') variables[name] = choices.once(2);
    }
    return `$${name}`;
  }

  function argumentsText(
    field: GraphQLField<unknown, unknown>,
    values: Readonly<Record<string, Value>>,
  ): string {
    const given = field.args.flatMap(({ name, type }) => {
      const value = values[name];
      return value === undefined ? [] : [`${name}: ${valueText(type, value, NEVER_NULL.has(name))}`];
    });
    return given.length === 0 ? '' : `(${given.join(', ')})`;
  }

  /** A value as a literal, or as a variable in one of the ways a variable can come by its value. */
  function valueText(type: GraphQLInputType, value: Value, isNeeded: boolean): string {
    if (value === null || !choices.once(4)) {
      return literalText(type, value, (inner, part) => valueText(inner, part, false));
    }
    const name = fresh('v');
    const isNullable = !isNonNullType(type) && !isNeeded;
    switch (choices.next(isNullable ? 5 : 3)) {
      case 1:
        definitions.push(`$${name}: ${String(type)} = ${plainText(type, value)}`);
        break;
      case 2:
        definitions.push(`$${name}: ${String(type).replace(/!?$/, '!')}`);
        variables[name] = value;
        break;
      case 3:
        definitions.push(`$${name}: ${String(type)} = ${plainText(type, value)}`);
        variables[name] = null;
        break;
      case 4:
        definitions.push(`$${name}: ${String(type)}`);
        break;
      default:
        definitions.push(`$${name}: ${String(type)}`);
        variables[name] = value;
    }
    return `$${name}`;
  }
}

function newScope(prefix: string): Scope {
  return { fields: new Map(), prefix };
}

function plainText(type: GraphQLInputType, value: Value): string {
  return literalText(type, value, plainText);
}

/** A value in GraphQL's own notation. */
function literalText(
  type: GraphQLInputType,
  value: Value,
  part: (type: GraphQLInputType, value: Value) => string,
): string {
  if (value === null) return 'null';
  const inner = getNullableType(type);
  if (isListType(inner)) {
    const items = value as readonly Value[];
    const [only] = items;
    // A single value stands for a list of one.
    if (items.length === 1 && only !== undefined && typeof only === 'string' && only.length % 3 === 0) {
      return plainText(inner.ofType, only);
    }
    return `[${items.map((item) => part(inner.ofType, item)).join(', ')}]`;
  }
  if (isInputObjectType(inner)) {
    const fields = Object.entries(value as Readonly<Record<string, Value>>).map(([name, each]) => {
      const field = inner.getFields()[name];
      if (!field) throw new Error(`${inner.name} has no ${name}`);
      return `${name}: ${part(field.type, each)}`;
    });
    return `{ ${fields.join(', ')} }`;
  }
  return isEnumType(inner) ? String(value) : JSON.stringify(value);
}

/** How many objects a field may be expected to answer with. */
function sizeOf(field: GraphQLField<unknown, unknown>, values: Readonly<Record<string, Value>>): number {
  const size = values.first ?? values.last;
  if (typeof size === 'number') return Math.min(size, 40);
  return isListType(getNullableType(field.type)) ? 3 : 1;
}
