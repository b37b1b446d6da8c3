import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLObjectType,
  getNamedType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
} from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSchema } from '../../src/app/schema.js';
import { type App, startApp } from '../support/app.js';
import { openTransports, type Reply, type Sent, type Transports } from '../support/transports.js';

/** Every argument and every input field of the schema: left out, null, a null variable, a wrong kind. */

type Input = GraphQLArgument | GraphQLInputField;

/** An argument or input field, and how a document looks that gives it a value. */
interface Place {
  readonly name: string;
  readonly input: Input;
  /** The operation with this value at the place; null leaves it out. */
  readonly operation: (value: string | null, variables: string) => string;
}

const { schema } = createSchema();

function literalOf(type: GraphQLInputType): string {
  if (isNonNullType(type)) return literalOf(type.ofType);
  if (isListType(type)) return `[${literalOf(type.ofType)}]`;
  if (isInputObjectType(type)) return objectOf(Object.values(type.getFields()), new Map());
  if ('getValues' in type) return String(type.getValues()[0]?.name);
  const samples: Readonly<Record<string, string>> = {
    Int: '5',
    Float: '40.1',
    Boolean: 'true',
    DateTime: '"2021-08-11T17:50:00Z"',
    Date: '"2021-08-11"',
  };
  return samples[type.name] ?? '"x"';
}

const isNeeded = ({ type, defaultValue }: Input): boolean =>
  isNonNullType(type) && defaultValue === undefined;

/** The inputs that are needed, and the given ones; null leaves one out. */
function listOf(inputs: readonly Input[], given: ReadonlyMap<string, string | null>): string {
  return inputs
    .flatMap((input) => {
      const value = given.get(input.name);
      if (value === null || (value === undefined && !isNeeded(input))) return [];
      return [`${input.name}: ${value ?? literalOf(input.type)}`];
    })
    .join(', ');
}

const objectOf = (inputs: readonly Input[], given: ReadonlyMap<string, string | null>): string =>
  `{ ${listOf(inputs, given)} }`;

function placesWithin(
  inputs: readonly Input[],
  name: string,
  around: (given: ReadonlyMap<string, string | null>, variables: string) => string,
): Place[] {
  return inputs.flatMap((input) => {
    const path = `${name}.${input.name}`;
    const at = (value: string | null, variables: string) => around(new Map([[input.name, value]]), variables);
    const below = getNamedType(input.type);
    const fields = isInputObjectType(below) ? Object.values(below.getFields()) : [];
    const inner = placesWithin(fields, path, (given, variables) => at(objectOf(fields, given), variables));
    return [{ name: path, input, operation: at }, ...inner];
  });
}

function placesOf(kind: string, type: GraphQLObjectType | null | undefined): Place[] {
  return Object.values(type?.getFields() ?? {}).flatMap((field: GraphQLField<unknown, unknown>) => {
    const set = isLeafType(getNamedType(field.type)) ? '' : '{ __typename }';
    return placesWithin(field.args, field.name, (given, variables) => {
      const args = listOf(field.args, given);
      return `${kind} ${variables} { ${field.name}${args ? `(${args})` : ''} ${set} }`;
    });
  });
}

const PLACES = [
  ...placesOf('query', schema.getQueryType()),
  ...placesOf('mutation', schema.getMutationType()),
];
const SUBSCRIPTION_PLACES = placesOf('subscription', schema.getSubscriptionType());

/** A variable of this type, and the request that gives it a value. */
function withVariable({ operation }: Place, type: string, value: unknown): Sent {
  return { query: operation('$v', `($v: ${type})`), variables: { v: value } };
}

/** A value that no type of the schema takes: unknown names within it, and no scalar. */
const WRONG_KIND = { nope: [1] };

let app: App;
let head: Transports;
beforeAll(async () => {
  app = await startApp({ config: { isProduction: true } });
  head = await openTransports(app, app.as('TUR', 'CONTINGENT_HEAD'));
});
afterAll(async () => {
  head.end();
  await app.stop();
});

const codesOf = ({ errors = [] }: Reply): unknown[] => errors.map(({ extensions }) => extensions.code);

describe.each([
  ['POST', PLACES, 400],
  ['WebSocket', SUBSCRIPTION_PLACES, 200],
  ['SSE', SUBSCRIPTION_PLACES, 200],
] as const)('over %s', (transport, places, refusedStatus) => {
  const ask = (sent: Sent) => head.ask[transport](sent);

  async function expectRefused(sent: Sent, code: string): Promise<void> {
    const reply = await ask(sent);
    expect([codesOf(reply), reply.status, reply.data], JSON.stringify(sent)).toEqual([
      [code],
      refusedStatus,
      undefined,
    ]);
  }

  async function expectTaken(sent: Sent): Promise<void> {
    const codes = codesOf(await ask(sent));
    for (const code of codes) expect(['FORBIDDEN', 'BAD_USER_INPUT'], JSON.stringify(sent)).toContain(code);
  }

  it.each(places)('$name', async (place) => {
    const { input } = place;
    const { type } = input;
    const nullable = isNonNullType(type) ? String(type.ofType) : String(type);

    if (isNeeded(input)) {
      await expectRefused({ query: place.operation(null, '') }, 'GRAPHQL_VALIDATION_FAILED');
      await expectRefused(withVariable(place, nullable, null), 'GRAPHQL_VALIDATION_FAILED');
      await expectRefused(withVariable(place, `${nullable}!`, null), 'BAD_USER_INPUT');
      await expectRefused({ query: place.operation('$v', `($v: ${nullable}!)`) }, 'BAD_USER_INPUT');
    } else {
      await expectTaken({ query: place.operation(null, '') });
      await expectTaken({ query: place.operation('$v', `($v: ${nullable})`) });
    }
    if (isNonNullType(type)) {
      await expectRefused({ query: place.operation('null', '') }, 'GRAPHQL_VALIDATION_FAILED');
      const withDefault = `${nullable} = ${literalOf(type)}`;
      await expectRefused(withVariable(place, withDefault, null), 'BAD_USER_INPUT');
      if (!isNeeded(input)) await expectRefused(withVariable(place, nullable, null), 'BAD_USER_INPUT');
    } else {
      await expectTaken({ query: place.operation('null', '') });
      await expectTaken(withVariable(place, nullable, null));
    }
    await expectRefused(
      withVariable(place, nullable.concat(isNeeded(input) ? '!' : ''), [[WRONG_KIND]]),
      'BAD_USER_INPUT',
    );
    const inner = isNonNullType(type) ? type.ofType : type;
    if (isListType(inner)) {
      const required = isNeeded(input) ? '!' : '';
      await expectRefused(withVariable(place, nullable + required, [null]), 'BAD_USER_INPUT');
      await expectRefused({ query: place.operation('[null]', '') }, 'GRAPHQL_VALIDATION_FAILED');
      const item = getNamedType(inner).name;
      const itemQuery = place.operation('[$v]', `($v: ${item} = ${literalOf(inner.ofType)})`);
      await expectRefused({ query: itemQuery, variables: { v: null } }, 'BAD_USER_INPUT');
    }
  });
});
