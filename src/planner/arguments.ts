import {
  type FieldNode,
  type GraphQLArgument,
  GraphQLBoolean,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  GraphQLNonNull,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
  Kind,
  type ValueNode,
  valueFromAST,
} from 'graphql';
import { Param, type Variables } from './sql.js';

/**
 * Arguments in a plan. Some values shape the statement and are known at compile time: numbers, booleans, enum values,
 * lists of enum values, and whether a value is given at all. Strings, ids and times are {@link Param}s, bound when
 * the statement runs, so that one plan serves all their values. {@link shapeOf} makes the same distinction: a shaping
 * value that is missing in the shape would give one client the plan of another.
 */
export type Planned<T> = T extends readonly (infer Item)[]
  ? string extends Item
    ? Param
    : T
  : T extends Date
    ? Param
    : string extends T
      ? Param
      : T extends object
        ? { [Key in keyof T]: Planned<T[Key]> }
        : T;

const SHAPING_SCALARS = new Set(['Int', 'Float', 'Boolean']);

const PG_TYPES: Readonly<Record<string, string>> = { DateTime: 'timestamptz', Date: 'date' };

/** Whether values of a leaf type (or of a list of it) shape the statement instead of being bound. */
function shapes(type: GraphQLInputType): boolean {
  if (isListType(type)) return isEnumType(getNullableType(type.ofType));
  return isEnumType(type) || (isScalarType(type) && SHAPING_SCALARS.has(type.name));
}

function pgType(type: GraphQLInputType): string {
  if (isListType(type)) return `${pgType(getNullableType(type.ofType))}[]`;
  return (isScalarType(type) && PG_TYPES[type.name]) || 'text';
}

/** Arguments of a field for its plan: literals and variables of the document, defaults of the schema. */
export function planArguments(
  field: GraphQLField<unknown, unknown>,
  node: FieldNode,
  variables: Variables,
): Record<string, unknown> {
  const planned: Record<string, unknown> = {};
  for (const argument of field.args) {
    const value = node.arguments?.find((given) => given.name.value === argument.name)?.value;
    const result = planLiteral(argument.type, value, argument.defaultValue, variables);
    if (result !== undefined) planned[argument.name] = result;
  }
  return planned;
}

/** Sample arguments of a field: only the required ones. */
export function sampleArguments(field: GraphQLField<unknown, unknown>): Record<string, unknown> {
  return sampleValues(field.args);
}

function sampleValues(inputs: readonly (GraphQLArgument | GraphQLInputField)[]): Record<string, unknown> {
  const sample: Record<string, unknown> = {};
  for (const input of inputs) {
    const { name, type, defaultValue } = input;
    if (defaultValue !== undefined) sample[name] = planValue(type, defaultValue, () => defaultValue);
    else if (isNonNullType(type)) sample[name] = sampleOf(type);
  }
  return sample;
}

function sampleOf(type: GraphQLInputType): unknown {
  const inner = getNullableType(type);
  if (isInputObjectType(inner)) return sampleValues(Object.values(inner.getFields()));
  if (!shapes(inner)) return new Param(pgType(inner), () => null);
  if (isListType(inner)) return [sampleOf(inner.ofType)];
  if (isEnumType(inner)) return inner.getValues()[0]?.value;
  return inner === GraphQLBoolean ? false : 1;
}

function planLiteral(
  type: GraphQLInputType,
  node: ValueNode | undefined,
  defaultValue: unknown,
  variables: Variables,
): unknown {
  if (node === undefined) return planValue(type, defaultValue, () => defaultValue);
  if (node.kind === Kind.VARIABLE) {
    const { value: name } = node.name;
    if (!Object.hasOwn(variables, name)) return planValue(type, defaultValue, () => defaultValue);
    return planValue(type, variables[name], (now) => now[name]);
  }
  if (node.kind === Kind.NULL) return null;
  const inner = getNullableType(type);
  if (isInputObjectType(inner) && node.kind === Kind.OBJECT) {
    const planned: Record<string, unknown> = {};
    for (const field of Object.values(inner.getFields())) {
      const value = node.fields.find((given) => given.name.value === field.name)?.value;
      const result = planLiteral(field.type, value, field.defaultValue, variables);
      if (result !== undefined) planned[field.name] = result;
    }
    return planned;
  }
  return planValue(type, valueFromAST(node, type, variables), (now) => valueFromAST(node, type, now));
}

function planValue(type: GraphQLInputType, value: unknown, read: (now: Variables) => unknown): unknown {
  if (value === undefined || value === null) return value;
  const inner = type instanceof GraphQLNonNull ? getNullableType(type) : type;
  if (isInputObjectType(inner)) {
    const planned: Record<string, unknown> = {};
    for (const field of Object.values(inner.getFields())) {
      const result = planValue(field.type, member(value, field.name), (now) => member(read(now), field.name));
      if (result !== undefined) planned[field.name] = result;
    }
    return planned;
  }
  return shapes(inner) ? value : new Param(pgType(inner), read);
}

function member(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

/**
 * The part of the variables that shapes the statement, as text: equal shapes share a plan. `types` are the types of
 * the variables by name.
 */
export function shapeOf(types: ReadonlyMap<string, GraphQLInputType>, variables: Variables): string {
  let shape = '';
  for (const [name, type] of types)
    shape += Object.hasOwn(variables, name) ? `${valueShape(type, variables[name])};` : '-;';
  return shape;
}

function valueShape(type: GraphQLInputType, value: unknown): string {
  if (value === undefined) return '-';
  if (value === null) return '0';
  const inner = getNullableType(type);
  if (isInputObjectType(inner)) {
    return `{${Object.values(inner.getFields())
      .map((field) => valueShape(field.type, member(value, field.name)))
      .join()}}`;
  }
  return shapes(inner) ? JSON.stringify(value) : '1';
}
