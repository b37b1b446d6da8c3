import {
  type GraphQLError,
  type GraphQLOutputType,
  getNullableType,
  isListType,
  isNonNullType,
} from 'graphql';
import type { Scope } from '../domain/scopes.js';
import { type OutlineField, TYPE_KEY } from './plan.js';

type Path = readonly (string | number)[];
type JsonObject = Record<string, unknown>;

/** A null in a non-null field, which propagates to the nearest nullable field. */
class NullPropagation {}

/**
 * CompleteValue of the GraphQL specification (6.4.3) for an answer with denied fields: nulls and errors are where a
 * field-by-field executor would put them. `errorFor` makes the error of a denied field.
 */
export function complete(
  data: JsonObject,
  outline: readonly OutlineField[],
  errorFor: (scope: Scope, field: OutlineField, path: Path) => GraphQLError,
): { data: JsonObject | null; errors: GraphQLError[] } {
  const errors: GraphQLError[] = [];
  const reported = new Set<string>();
  try {
    return { data: completeObject(data, outline, []), errors };
  } catch (propagated) {
    if (!(propagated instanceof NullPropagation)) throw propagated;
    return { data: null, errors };
  }

  function completeObject(object: JsonObject, fields: readonly OutlineField[], path: Path): JsonObject {
    const completed: JsonObject = { ...object };
    delete completed[TYPE_KEY];
    for (const field of fields) {
      const fieldPath = [...path, field.key];
      if (field.deniedScope === null) {
        completed[field.key] = completeValue(object[field.key], field.type, field, fieldPath);
        continue;
      }
      report(field.deniedScope, field, fieldPath);
      if (isNonNullType(field.type)) throw new NullPropagation();
      completed[field.key] = null;
    }
    return completed;
  }

  /** Once for each selection of the field, at the first object that has it: the error is the same for all. */
  function report(scope: Scope, field: OutlineField, path: Path): void {
    const selection = path.filter((step) => typeof step === 'string').join('.');
    if (reported.has(selection)) return;
    reported.add(selection);
    errors.push(errorFor(scope, field, path));
  }

  function completeValue(value: unknown, type: GraphQLOutputType, field: OutlineField, path: Path): unknown {
    if (value === null || value === undefined) return null;
    try {
      return completeNonNull(value, type, field, path);
    } catch (propagated) {
      if (propagated instanceof NullPropagation && !isNonNullType(type)) return null;
      throw propagated;
    }
  }

  function completeNonNull(
    value: unknown,
    type: GraphQLOutputType,
    field: OutlineField,
    path: Path,
  ): unknown {
    const inner = getNullableType(type);
    if (isListType(inner)) {
      if (!Array.isArray(value)) return value;
      return value.map((item, index) => completeValue(item, inner.ofType, field, [...path, index]));
    }
    const children = childrenOf(value, field);
    return children ? completeObject(value as JsonObject, children, path) : value;
  }
}

function childrenOf(value: unknown, field: OutlineField): readonly OutlineField[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const type = (value as JsonObject)[TYPE_KEY];
  return typeof type === 'string' ? field.children.get(type) : undefined;
}
