import {
  type GraphQLArgument,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Chance } from '../separation/chance.js';
import type { Sent } from '../support/transports.js';

/** Documents at random that are nearly valid: a few things in each are odd. */

const NAMES = ['x', 'toString', 'constructor', '__proto__', 'valueOf', 'hasOwnProperty', 'if', 'null', 'on_'];
/** How often something is odd where it could be. */
const ODD = 0.04;
const ODD_LITERALS = [
  'null',
  '1e999',
  '-1e999',
  '99999999999999999999',
  '-0',
  '"x"',
  '""',
  'true',
  '[]',
  '[[[1]]]',
  '[null]',
  '{}',
  '{ __proto__: 1 }',
  'NOPE',
  '"\\u0000"',
  '$nowhere',
];
const ODD_VALUES: readonly unknown[] = [
  null,
  1e308,
  2 ** 53,
  -1,
  0.5,
  '',
  'x',
  '\u0000',
  true,
  [],
  [null],
  [[[['x']]]],
  {},
  { toString: 1 },
  JSON.parse('{"__proto__":{"x":1}}'),
];

export class OddDocuments {
  private variables = new Map<string, { type: string; isGiven: boolean; value: unknown; initial: string }>();
  private fragments: string[] = [];

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly chance: Chance,
  ) {}

  next(): Sent {
    this.fragments = [];
    const names: string[] = [];
    const given = new Map<string, unknown>();
    const count = this.is(0.25) ? 2 + this.chance.below(2) : 1;
    const operations = Array.from({ length: count }, () => {
      const name = this.pick(NAMES);
      names.push(name);
      return this.operation(count > 1 || this.is(0.5) ? name : '', given);
    });
    const definitions = [...operations, ...this.fragments];
    if (this.is(ODD)) definitions.push('fragment Unused on Query { __typename }');
    if (this.is(ODD)) definitions.push('fragment Cyclic on Query { ...Cyclic }');
    const asked = this.is(0.1) ? 'nobody' : this.pick(names);
    return {
      query: (this.is(0.5) ? definitions : definitions.reverse()).join('\n'),
      variables: Object.fromEntries(given),
      ...(count > 1 || this.is(0.3) ? { operationName: asked } : {}),
    };
  }

  private operation(name: string, given: Map<string, unknown>): string {
    this.variables = new Map();
    const [kind, type] = this.pick([
      ['query', this.schema.getQueryType()],
      ['query', this.schema.getQueryType()],
      ['query', this.schema.getQueryType()],
      ['mutation', this.schema.getMutationType()],
      ['subscription', this.schema.getSubscriptionType()],
    ] as const);
    if (!type) throw new Error(`no ${kind}`);
    const selection = this.selection(type, 3);
    const definitions = [...this.variables].map(
      ([variable, { type: of, initial }]) => `$${variable}: ${of}${initial}`,
    );
    for (const [variable, { isGiven, value }] of this.variables) if (isGiven) given.set(variable, value);
    const list = definitions.length > 0 ? `(${definitions.join(', ')})` : '';
    return `${kind} ${name}${list} ${this.directives(ODD)} ${selection}`;
  }

  private selection(type: GraphQLNamedType, depth: number): string {
    if (isAbstractType(type)) {
      const [possible] = this.schema.getPossibleTypes(type);
      return possible
        ? `{ __typename ... on ${possible.name} ${this.selection(possible, depth)} }`
        : '{ __typename }';
    }
    if (!isObjectType(type)) return '';
    const all = Object.values(type.getFields());
    const isRoot = depth === 3;
    const count = 1 + this.chance.below(isRoot ? 2 : 3);
    const parts = Array.from({ length: count }, () => {
      const field = this.pick(all);
      const below = getNamedType(field.type);
      if (!isLeafType(below) && depth === 0)
        return this.is(0.5) ? '__typename' : `${this.pick(NAMES)}: __typename`;
      const alias = this.is(0.4) ? `${this.pick(NAMES)}${this.is(0.5) ? '' : count}: ` : '';
      const given = field.args.map((argument) => this.argument(argument)).filter((text) => text !== '');
      const args = given.length > 0 ? `(${given.join(', ')})` : '';
      const set = isLeafType(below) ? '' : this.selection(below, depth - 1);
      return `${alias}${field.name}${args} ${this.directives(0.15)} ${set}`;
    });
    if (this.is(0.15)) return `{ ${this.spread(type, parts)} }`;
    if (this.is(0.1)) return `{ ... ${this.directives(0.5)} { ${parts.join(' ')} } }`;
    return `{ ${parts.join(' ')} }`;
  }

  private spread(type: GraphQLNamedType, parts: readonly string[]): string {
    const name = this.pick(NAMES.filter((candidate) => candidate !== 'null'));
    if (this.fragments.some((fragment) => fragment.startsWith(`fragment ${name} `))) return parts.join(' ');
    const inner = this.is(ODD) ? `...${name}` : '';
    this.fragments.push(`fragment ${name} on ${type.name} { ${parts.join(' ')} ${inner} }`);
    return `...${name} ${this.directives(0.3)}`;
  }

  private directives(rate: number): string {
    if (!this.is(rate)) return '';
    if (this.is(ODD))
      return this.pick(['@deprecated', '@nope', '@skip', '@skip(if: null)', '@include(if: 1)']);
    const name = this.pick(['skip', 'include']);
    if (this.is(0.3)) return `@${name}(if: ${this.is(0.5)})`;
    const isNullable = this.is(0.5);
    return `@${name}(if: ${this.variable(isNullable ? 'Boolean' : 'Boolean!', true, isNullable ? ' = true' : '')})`;
  }

  private argument({ name, type, defaultValue }: GraphQLArgument): string {
    const isNeeded = isNonNullType(type) && defaultValue === undefined;
    if (!isNeeded && !this.is(0.3)) return '';
    return `${name}: ${this.value(type, 3)}`;
  }

  private value(type: GraphQLInputType, depth: number): string {
    if (this.is(ODD)) return this.pick(ODD_LITERALS);
    if (this.is(0.25)) return this.variable(String(type), this.sample(type, depth), '');
    return this.literal(type, depth);
  }

  private literal(type: GraphQLInputType, depth: number): string {
    if (isNonNullType(type)) return this.literal(type.ofType, depth);
    if (isListType(type))
      return this.is(0.2) ? this.value(type.ofType, depth) : `[${this.value(type.ofType, depth)}]`;
    if (isEnumType(type)) return this.pick(type.getValues()).name;
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).filter(
        (field) =>
          (isNonNullType(field.type) && field.defaultValue === undefined) || (depth > 0 && this.is(0.2)),
      );
      return `{ ${fields.map((field) => `${field.name}: ${this.value(field.type, depth - 1)}`).join(', ')} }`;
    }
    return JSON.stringify(this.sample(type, depth));
  }

  private sample(type: GraphQLInputType, depth: number): unknown {
    if (isNonNullType(type)) return this.sample(type.ofType, depth);
    if (isListType(type)) return [this.sample(type.ofType, depth)];
    if (isEnumType(type)) return this.pick(type.getValues()).name;
    if (isInputObjectType(type)) {
      return Object.fromEntries(
        Object.values(type.getFields())
          .filter((field) => isNonNullType(field.type) || (depth > 0 && this.is(0.2)))
          .map((field) => [field.name, this.sample(field.type, depth - 1)]),
      );
    }
    const samples: Readonly<Record<string, unknown>> = {
      Int: 5,
      Float: 40.1,
      Boolean: true,
      DateTime: '2021-08-11T17:50:00Z',
      Date: '2021-08-11',
    };
    return samples[type.name] ?? this.pick(['TUR', 'agdam', 'Incident:x', '']);
  }

  private variable(type: string, value: unknown, initial: string): string {
    const name = `${this.pick(NAMES)}${this.is(0.5) ? '' : this.variables.size}`;
    if (!this.variables.has(name)) {
      const isOdd = this.is(ODD * 2);
      this.variables.set(name, {
        type: this.is(0.15) ? type.replace(/!$/, '') : type,
        isGiven: !this.is(0.15),
        value: isOdd ? this.pick(ODD_VALUES) : value,
        initial,
      });
    }
    return `$${name}`;
  }

  private is(rate: number): boolean {
    return this.chance.below(1_000) < rate * 1_000;
  }

  private pick<Item>(items: readonly Item[]): Item {
    return this.chance.pick(items);
  }
}
