import 'reflect-metadata';
import { execute, GraphQLString, parse } from 'graphql';
import { buildSchemaSync, type NonEmptyArray, Query, Resolver } from 'type-graphql';
import { describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app/schema.js';
import { AnsweredInMemory } from '../../src/graphql-types/guard.js';
import { FieldArg } from '../../src/planner/field-arguments.js';
import type { Read } from '../../src/planner/model.js';
import { PlannedQuery } from '../../src/planner/planned-field.js';
import { checkRootFields } from '../../src/planner/root-fields.js';
import { literal, Param } from '../../src/planner/sql.js';

// biome-ignore lint/complexity/noBannedTypes: what type-graphql asks for
const schemaOf = (...resolvers: NonEmptyArray<Function>) =>
  buildSchemaSync({ resolvers, validate: false, emitSchemaFile: false });

const nothing: Read = () => literal('null');

@Resolver()
class PlannedResolver {
  @PlannedQuery(() => String, {})
  @FieldArg('code', () => GraphQLString, {})
  planned({ code }: { code: unknown }): Read {
    expect(code).toBeInstanceOf(Param);
    return nothing;
  }
}

@Resolver()
class OrdinaryResolver {
  @Query(() => String)
  async ordinary(): Promise<string> {
    return '';
  }
}

@Resolver()
class InMemoryResolver {
  @Query(() => String)
  @AnsweredInMemory()
  inMemory(): string {
    return '';
  }
}

@Resolver()
class AsyncResolver {
  // @ts-expect-error a plan answers at once
  @PlannedQuery(() => String, {})
  async late(): Promise<Read> {
    return nothing;
  }

  // @ts-expect-error a plan answers with a read
  @PlannedQuery(() => String, {})
  text(): string {
    return '';
  }
}

@Resolver()
class ThrowingResolver {
  @PlannedQuery(() => String, {})
  throwing(): Read {
    throw new Error('no such vocabulary');
  }
}

@Resolver()
class TwiceDeclaredResolver {
  @PlannedQuery(() => String, {})
  @AnsweredInMemory()
  both(): Read {
    return nothing;
  }
}

describe('root fields, when the schema is built', () => {
  it('may be planned or answered in memory', () => {
    expect(() => checkRootFields(schemaOf(PlannedResolver, InMemoryResolver))).not.toThrow();
    expect(() => checkRootFields(createSchema().schema)).not.toThrow();
  });

  it.each([
    [OrdinaryResolver, 'Query.ordinary is neither planned nor declared as answered in memory'],
    [AsyncResolver, 'Query.late does not answer with a read\nQuery.text does not answer with a read'],
    [ThrowingResolver, 'Query.throwing cannot be planned: no such vocabulary'],
    [TwiceDeclaredResolver, 'Query.both is declared both as planned and as answered in memory'],
  ])('are named when they are neither: %o', (resolver, message) => {
    expect(() => checkRootFields(schemaOf(PlannedResolver, resolver))).toThrow(new Error(message));
  });
});

describe('a planned field', () => {
  it('is not resolved by graphql-js', async () => {
    const document = parse('{ planned(code: "TUR") }');
    const { errors } = await execute({ schema: schemaOf(PlannedResolver), document });
    expect(errors?.map(({ message }) => message)).toEqual(['planned is compiled to SQL and has no resolver']);
  });
});
