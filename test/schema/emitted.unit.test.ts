import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  findBreakingChanges,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  printSchema,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { createSchema, sorted } from '../../src/app/schema.js';
import { PACKAGE_ROOT } from '../../src/common/package-root.js';
import { permissionsMarkdown } from '../../src/domain/permissions-table.js';
import { VOCABULARIES } from '../../src/domain/vocabularies.js';
import { scopeRequiredBy } from '../../src/graphql-types/guard.js';

const { schema } = createSchema();
const read = (...path: string[]): string => readFileSync(join(PACKAGE_ROOT, ...path), 'utf8');

describe('what is emitted', () => {
  it('schema/schema.graphql is up to date (npm run emit)', () => {
    expect(read('schema', 'schema.graphql')).toBe(`${printSchema(sorted(schema))}\n`);
  });

  it('schema/permissions.md is up to date (npm run emit)', () => {
    expect(read('schema', 'permissions.md')).toBe(permissionsMarkdown());
  });
});

describe('the schema', () => {
  it('contains all of the contract', () => {
    const contract = buildSchema(read('test', 'schema', 'contract.graphql'));
    expect(findBreakingChanges(contract, schema).map(({ description }) => description)).toEqual([]);
  });

  it('describes every type, field, argument and value', () => {
    const silent: string[] = [];
    const expectDescribed = (name: string, described: { description?: string | null }): void => {
      if (!described.description?.trim()) silent.push(name);
    };
    for (const type of Object.values(schema.getTypeMap())) {
      if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
      if (!['Query', 'Mutation', 'Subscription'].includes(type.name)) expectDescribed(type.name, type);
      if (isEnumType(type))
        for (const value of type.getValues()) expectDescribed(`${type.name}.${value.name}`, value);
      if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        expectDescribed(`${type.name}.${field.name}`, field);
        for (const argument of 'args' in field ? field.args : []) {
          expectDescribed(`${type.name}.${field.name}(${argument.name})`, argument);
        }
      }
    }
    expect(silent).toEqual([]);
  });

  it('states a scope for every operation, or that it is open', () => {
    const unguarded: string[] = [];
    for (const root of [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]) {
      for (const field of Object.values(root?.getFields() ?? {})) {
        if (scopeRequiredBy(field) === null && field.extensions.openToEveryToken !== true) {
          unguarded.push(`${root?.name}.${field.name}`);
        }
      }
    }
    expect(unguarded).toEqual([]);
    const open = Object.values(schema.getQueryType()?.getFields() ?? {}).filter(
      (field) => field.extensions.openToEveryToken,
    );
    expect(open.map(({ name }) => name)).toEqual(['viewer']);
  });

  it('says in the description of a protected field which scope it needs', () => {
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isObjectType(type)) continue;
      for (const field of Object.values(type.getFields())) {
        const scope = scopeRequiredBy(field);
        if (scope)
          expect(field.description, `${type.name}.${field.name}`).toMatch(
            new RegExp(`(Requires|Null without) scope ${scope}\\.$`),
          );
      }
    }
    expect(schema.getType('Incident')).toSatisfy(
      (type) =>
        isObjectType(type) &&
        type.getFields().position?.description?.includes('Null without scope incident:position.') === true,
    );
  });

  it('has every vocabulary as an enum with the same values', () => {
    for (const [name, codes] of Object.entries(VOCABULARIES)) {
      const type = schema.getType(name);
      expect(isEnumType(type) && type.getValues().map((value) => value.name), name).toEqual([...codes]);
    }
  });
});
