import fc from 'fast-check';
import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  GraphQLNonNull,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { Chance } from './chance.js';

/** Values that operations ask with: of every kind some that are there, some that are hidden, some that are nowhere. */
export interface Pools {
  readonly ids: readonly string[];
  readonly references: readonly string[];
  /** Codes of parties, places, officials, agreements and provisions alike. */
  readonly codes: readonly string[];
  readonly searches: readonly string[];
  /** Grows with the cursors of earlier answers. */
  readonly cursors: readonly string[];
}

export interface Operation {
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** `Type.field` of every field selected. */
  readonly fields: ReadonlySet<string>;
}

const DEEPEST = 5;
const MOST_FIELDS = 24;
/** Fields that answer differently in every process. */
const PASSING_FIELDS = new Set(['__schema', '__type']);

const TIMES = [
  '2020-11-14T06:00:00Z',
  '2021-03-01T00:00:00+04:00',
  '2021-06-15T12:30:00.500Z',
  '2022-03-09T00:00:00Z',
  '2023-09-20T00:00:00Z',
];
const DATES = ['2020-11-10', '2021-02-01', '2021-06-01', '2022-03-09', '2024-01-01'];
const POINTS = [39.98, 39.9876, 40.1, 46.8, 46.93, 12.5];
const RADII = [1, 25, 120, 500];

/**
 * Random valid operations over the whole schema, values taken from the pools. Where some fields of a type are
 * not in `asked` yet, it is one of them that is selected half of the time.
 */
export function operations(
  schema: GraphQLSchema,
  pools: Pools,
  asked: ReadonlySet<string> = new Set(),
): fc.Arbitrary<Operation> {
  return fc.gen().map((generate) => new Composer(schema, pools, generate, asked).compose());
}

/** A mutation with an input that is given; the selection of its payload is random. */
export function writing(
  schema: GraphQLSchema,
  pools: Pools,
  generate: fc.GeneratorValue,
  { name, input, also = '' }: { readonly name: string; readonly input: object; readonly also?: string },
): Operation {
  return new Composer(schema, pools, generate).composeWriting(name, input, also);
}

class Composer extends Chance {
  private names = 0;
  private budget = MOST_FIELDS;
  private readonly fragments: string[] = [];
  private readonly declarations: string[] = [];
  private readonly variables: Record<string, unknown> = {};
  private readonly fields = new Set<string>();

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly pools: Pools,
    generate: fc.GeneratorValue,
    private readonly asked: ReadonlySet<string> = new Set(),
  ) {
    super(generate);
  }

  compose(): Operation {
    const query = this.schema.getQueryType();
    if (!query) throw new Error('The schema has no queries');
    const selection = this.selection(query, 0, false);
    const declared = this.declarations.length > 0 ? `(${this.declarations.join(', ')})` : '';
    const document = [`query Q${declared} ${selection}`, ...this.fragments].join('\n');
    return { document, variables: this.variables, fields: this.fields };
  }

  /** A mutation with this input, answered in whatever way; `also` is selected of the payload besides. */
  composeWriting(name: string, input: object, also: string): Operation {
    const field = this.schema.getMutationType()?.getFields()[name];
    const payload = field && getNamedType(field.type);
    const [argument] = field?.args ?? [];
    if (!argument || !isObjectType(payload)) throw new Error(`${name} is no mutation with an input`);
    this.fields.add(`Mutation.${name}`);
    const given = this.variable(String(argument.type), input);
    const selection = `{ ... on ${payload.name} ${this.selection(payload, 0, false)} ${also} }`;
    const document = [
      `mutation M(${this.declarations.join(', ')}) { ${name}(${argument.name}: ${given}) ${selection} }`,
      ...this.fragments,
    ].join('\n');
    return { document, variables: this.variables, fields: this.fields };
  }

  private name(prefix: string): string {
    this.names += 1;
    return `${prefix}${this.names}`;
  }

  /** `mustAlias`: siblings on other types may have the same names in other shapes. */
  private selection(type: GraphQLObjectType, depth: number, mustAlias: boolean): string {
    const available = Object.values(type.getFields()).filter(
      (field) =>
        !PASSING_FIELDS.has(field.name) && (depth < DEEPEST || !isCompositeType(getNamedType(field.type))),
    );
    const owed = available.filter(({ name }) => !this.asked.has(`${type.name}.${name}`));
    const wanted = depth === 0 ? 1 + this.below(3) : 1 + this.below(5);
    const parts: string[] = [];
    for (let count = 0; count < wanted && (this.budget > 0 || parts.length === 0); count += 1) {
      const part =
        available.length > 0 && !this.chance(4)
          ? this.field(
              type,
              this.pick(owed.length > 0 && this.chance(50) ? owed : available),
              depth,
              mustAlias,
            )
          : this.typename(mustAlias);
      parts.push(this.wrapped(type, part));
    }
    return `{ ${parts.join(' ')} }`;
  }

  private typename(mustAlias: boolean): string {
    return mustAlias ? `${this.name('a')}: __typename` : '__typename';
  }

  /** A selection as it is, in an inline fragment, or in a named one. */
  private wrapped(type: GraphQLObjectType, part: string): string {
    if (this.chance(80)) return part;
    if (this.chance(50))
      return `... ${this.chance(50) ? `on ${type.name} ` : ''}${this.directive()}{ ${part} }`;
    const name = this.name('F');
    this.fragments.push(`fragment ${name} on ${type.name} { ${part} }`);
    return `...${name} ${this.directive()}`;
  }

  private directive(): string {
    if (this.chance(88)) return '';
    const name = this.pick(['include', 'skip']);
    const value = this.chance(85) === (name === 'include');
    if (this.chance(50)) return `@${name}(if: ${value}) `;
    return `@${name}(if: ${this.variable('Boolean!', value)}) `;
  }

  private variable(type: string, value: unknown): string {
    const name = this.name('v');
    this.declarations.push(`$${name}: ${type}`);
    this.variables[name] = value;
    return `$${name}`;
  }

  private field(
    owner: GraphQLObjectType,
    field: GraphQLField<unknown, unknown>,
    depth: number,
    mustAlias: boolean,
  ): string {
    this.budget -= 1;
    this.fields.add(`${owner.name}.${field.name}`);
    const args = this.args(field.args);
    const needsAlias = mustAlias || args !== '' || this.chance(15);
    const alias = needsAlias ? `${this.name('a')}: ` : '';
    return `${alias}${field.name}${args} ${this.directive()}${this.children(field, depth)}`;
  }

  private children(field: GraphQLField<unknown, unknown>, depth: number): string {
    const type = getNamedType(field.type);
    if (isObjectType(type)) return this.selection(type, depth + 1, false);
    if (!isAbstractType(type)) return '';
    const possible = this.schema.getPossibleTypes(type);
    const chosen = Array.from({ length: 1 + this.below(3) }, () => this.pick(possible));
    if (this.chance(60)) chosen.push(...possible.filter(({ name }) => name === 'Incident'));
    const spreads = chosen.map((each) => `... on ${each.name} ${this.selection(each, depth + 1, true)}`);
    return `{ ${this.name('a')}: __typename ${this.name('a')}: id ${spreads.join(' ')} }`;
  }

  private args(args: readonly GraphQLArgument[]): string {
    const given = args.filter(
      (argument) => isRequired(argument) || this.chance(LIKELY.has(argument.name) ? 55 : 30),
    );
    const isBackward = given.some(({ name }) => name === 'last' || name === 'before') && this.chance(92);
    const sensible = given.filter(({ name }) => (isBackward ? name !== 'first' && name !== 'after' : true));
    // `before` goes with `last`.
    if (isBackward && !sensible.some(({ name }) => name === 'last')) {
      const last = args.find(({ name }) => name === 'last');
      if (last) sensible.push(last);
    }
    if (sensible.length === 0) return '';
    return `(${sensible.map((argument) => `${argument.name}: ${this.input(argument.name, argument.type)}`).join(', ')})`;
  }

  /** An input as a variable or written out. */
  private input(name: string, type: GraphQLInputType): string {
    const value = this.value(name, type);
    return this.chance(40) ? this.variable(String(type), value) : literalOf(value, type);
  }

  private value(name: string, type: GraphQLInputType): unknown {
    if (!isNonNullType(type) && this.chance(4)) return null;
    const inner = getNullableType(type);
    if (isListType(inner)) {
      const length = this.below(4);
      return Array.from({ length }, () => this.value(name, nonNull(inner.ofType)));
    }
    if (isInputObjectType(inner)) {
      const fields = Object.values(inner.getFields()).filter((field) => isRequired(field) || this.chance(22));
      return Object.fromEntries(fields.map((field) => [field.name, this.value(field.name, field.type)]));
    }
    if (isEnumType(inner)) return this.pick(inner.getValues()).name;
    return this.scalar(name, inner.name);
  }

  private scalar(name: string, type: string): unknown {
    const { ids, references, codes, searches, cursors } = this.pools;
    switch (type) {
      case 'Int':
        return this.chance(4) ? this.pick([0, -1, 101]) : this.pick([1, 2, 3, 5, 10, 20, 50, 100]);
      case 'Float':
        return this.pick(name === 'radiusKm' ? RADII : POINTS);
      case 'Boolean':
        return this.chance(50);
      case 'ID':
        return this.pick(ids);
      case 'DateTime':
        return this.pick(TIMES);
      case 'Date':
        return this.pick(DATES);
      default:
        if (name === 'after' || name === 'before') return this.pick(cursors);
        if (name === 'search') return this.pick(searches);
        if (name === 'reference') return this.pick(references);
        return this.pick(this.chance(90) ? codes : [...references, ...ids, ...searches]);
    }
  }
}

/** Arguments that separation depends on most. */
const LIKELY = new Set(['filter', 'after', 'first', 'search', 'orderBy']);

function isRequired(input: GraphQLArgument | GraphQLInputField): boolean {
  return isNonNullType(input.type) && input.defaultValue === undefined;
}

function nonNull(type: GraphQLInputType): GraphQLInputType {
  return isNonNullType(type) ? type : new GraphQLNonNull(type);
}

function literalOf(value: unknown, type: GraphQLInputType): string {
  if (value === null || value === undefined) return 'null';
  const inner = getNullableType(type);
  if (isListType(inner) && Array.isArray(value)) {
    return `[${value.map((item) => literalOf(item, inner.ofType)).join(', ')}]`;
  }
  if (isInputObjectType(inner)) {
    const fields = inner.getFields();
    const members = Object.entries(value).flatMap(([name, member]) => {
      const field = fields[name];
      return field ? [`${name}: ${literalOf(member, field.type)}`] : [];
    });
    return `{ ${members.join(', ')} }`;
  }
  return isEnumType(inner) ? String(value) : JSON.stringify(value);
}
