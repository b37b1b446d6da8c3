import {
  type GraphQLArgument,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import type { Scope } from '../../src/domain/scopes.js';
import { scopeRequiredBy } from '../../src/graphql-types/guard.js';

/** Types that lead back to where one came from; selected by their codes alone below the first level. */
const DEEPEST = 4;

export interface Question {
  readonly name: string;
  readonly document: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * A question for every root field that selects all there is below it, down to a depth, as far as the scopes
 * reach. Root fields with required arguments are asked once for each of the values given.
 */
export function everyQuestion(
  schema: GraphQLSchema,
  scopes: ReadonlySet<Scope>,
  values: Readonly<Record<string, readonly unknown[]>>,
  deepest = DEEPEST,
): Question[] {
  const query = schema.getQueryType();
  if (!query) throw new Error('The schema has no queries');
  return Object.values(query.getFields()).flatMap((field) => {
    const scope = scopeRequiredBy(field);
    if (scope !== null && !scopes.has(scope)) return [];
    const needed = field.args.filter(
      (argument) => isNonNullType(argument.type) && argument.defaultValue === undefined,
    );
    return choices(needed, field.name, values).map((variables) => {
      const declared = needed.map(({ name, type }) => `$${name}: ${type}`).join(', ');
      const given = needed.map(({ name }) => `${name}: $${name}`).join(', ');
      const selection = everythingBelow(schema, getNamedType(field.type).name, scopes, deepest, []);
      return {
        name: field.name,
        document: `query${declared && `(${declared})`} { ${field.name}${given && `(${given})`} ${selection} }`,
        variables,
      };
    });
  });
}

function choices(
  args: readonly GraphQLArgument[],
  field: string,
  values: Readonly<Record<string, readonly unknown[]>>,
): Record<string, unknown>[] {
  return args.reduce<Record<string, unknown>[]>(
    (chosen, { name }) => {
      const candidates = values[`${field}.${name}`] ?? values[name];
      if (!candidates) throw new Error(`No values to ask ${field} with for ${name}: list some`);
      return chosen.flatMap((before) => candidates.map((value) => ({ ...before, [name]: value })));
    },
    [{}],
  );
}

function everythingBelow(
  schema: GraphQLSchema,
  typeName: string,
  scopes: ReadonlySet<Scope>,
  depth: number,
  path: readonly string[],
): string {
  const type = schema.getType(typeName);
  if (isAbstractType(type)) {
    const spreads = schema
      .getPossibleTypes(type)
      .map((each) => `... on ${each.name} ${everyField(schema, each, scopes, depth, path, `${each.name}_`)}`);
    return `{ __typename ${spreads.join(' ')} }`;
  }
  return isObjectType(type) ? everyField(schema, type, scopes, depth, path, '') : '';
}

function everyField(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  scopes: ReadonlySet<Scope>,
  depth: number,
  path: readonly string[],
  prefix: string,
): string {
  const selected: string[] = [];
  for (const field of Object.values(type.getFields())) {
    const scope = scopeRequiredBy(field);
    if (scope !== null && !scopes.has(scope)) continue;
    if (field.args.some((argument) => isNonNullType(argument.type) && argument.defaultValue === undefined))
      continue;
    const named = getNamedType(field.type);
    const key = prefix === '' ? field.name : `${prefix}${field.name}: ${field.name}`;
    if (!isCompositeType(named)) selected.push(key);
    else if (depth > 0 && !path.includes(named.name)) {
      selected.push(`${key} ${everythingBelow(schema, named.name, scopes, depth - 1, [...path, type.name])}`);
    }
  }
  return selected.length === 0 ? '{ __typename }' : `{ ${selected.join(' ')} }`;
}
