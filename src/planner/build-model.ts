import { type GraphQLField, type GraphQLSchema, isObjectType } from 'graphql';
import type { Field, Model, ReadType } from './model.js';
import { memberPlanOf } from './planned-field.js';

/**
 * Combines the declared types with the fields that other modules add to them, and checks both against the schema:
 * every field of every declared type has exactly one read, and every read belongs to a field. Throws an error that
 * names the type and its fields.
 */
export function buildModel(schema: GraphQLSchema, types: readonly ReadType[]): Model {
  const model = new Map<string, ReadType>();
  for (const type of types) {
    const schemaType = schema.getType(type.name);
    const schemaFields = isObjectType(schemaType) ? Object.values(schemaType.getFields()) : [];
    const added = addedFields(schemaFields);
    const fields = { ...type.fields, ...added };
    const faults = [
      ...schemaFields.filter(({ name }) => !(name in fields)).map(({ name }) => `no read for ${name}`),
      ...Object.keys(added)
        .filter((name) => name in type.fields)
        .map((name) => `two reads for ${name}`),
      ...Object.keys(fields)
        .filter((name) => !schemaFields.some((field) => field.name === name))
        .map((name) => `${name} is not in the schema`),
    ];
    if (faults.length > 0) throw new Error(`${type.name}: ${faults.join(', ')}`);
    model.set(type.name, { ...type, fields });
  }
  return model;
}

function addedFields(schemaFields: readonly GraphQLField<unknown, unknown>[]): Record<string, Field> {
  const added: Record<string, Field> = {};
  for (const field of schemaFields) {
    const plan = memberPlanOf(field);
    if (plan) added[field.name] = plan;
  }
  return added;
}
