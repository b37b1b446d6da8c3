import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../support/app.js';

let app: App;
beforeAll(async () => {
  app = await startApp({ config: { isProduction: true } });
});
afterAll(() => app.stop());

type Send = (init: { method?: string; search?: string; json?: unknown; accept?: string }) => Promise<string>;

/**
 * What the security auditor graphql-cop looks for: each sends what the tool sends, and answers whether the
 * tool would report it.
 */
const CHECKS: Readonly<Record<string, (send: Send) => Promise<boolean>>> = {
  'alias overloading': async (send) => {
    const aliases = Array.from({ length: 101 }, (_, index) => `alias${index}:__typename`).join(' ');
    return dataOf(await ask(send, `query cop { ${aliases} }`))?.alias100 !== undefined;
  },
  'batch queries': async (send) => {
    const json = Array(11).fill({ query: 'query cop { __typename }', operationName: 'cop' });
    const answers: unknown = JSON.parse(await send({ json }));
    return Array.isArray(answers) && answers.length >= 10;
  },
  'circular introspection': async (send) => {
    const circle = 'fields { type { '.repeat(4);
    const answer = await ask(send, `query cop { __schema { types { ${circle} name ${'} }'.repeat(4)} } } }`);
    return dataOf(answer)?.__schema !== undefined;
  },
  'circular fragment': async (send) => {
    const fragments = 'fragment A on __Schema { __typename ...B } fragment B on __Schema { ...A }';
    return !('errors' in JSON.parse(await ask(send, `query cop { __schema { ...A } } ${fragments}`)));
  },
  'directive overloading': async (send) => {
    const { errors } = JSON.parse(await ask(send, `query cop { __typename ${'@aa'.repeat(10)} }`));
    return errors?.length === 10;
  },
  'field duplication': async (send) =>
    dataOf(await ask(send, `query cop { ${'__typename '.repeat(500)} }`))?.__typename !== undefined,
  'field suggestions': async (send) =>
    /did you mean/i.test(await ask(send, 'query cop { __schema { directive } }')),
  'mutations over GET': async (send) =>
    isAnswered(await send({ method: 'GET', search: '?query=mutation cop {__typename}' })),
  'queries over GET': async (send) =>
    isAnswered(await send({ method: 'GET', search: '?query=query cop {__typename}' })),
  'an IDE': async (send) =>
    /graphiql\.min\.css|graphql.?playground|graphiql/i.test(
      await send({ method: 'GET', accept: 'text/html' }),
    ),
  introspection: async (send) =>
    dataOf(await ask(send, 'query cop { __schema { types { name fields { name } } } }'))?.__schema !==
    undefined,
  'trace mode': async (send) =>
    /tracing|exception|stacktrace/i.test(await ask(send, 'query cop { __typename }')),
  'urlencoded POST': async (send) => isAnswered(await send({ search: '?query=query cop {__typename}' })),
  'unhandled errors': async (send) => /exception|stacktrace/i.test(await ask(send, 'qwerty cop { abc }')),
};

function dataOf(text: string): Record<string, unknown> | undefined {
  return JSON.parse(text).data ?? undefined;
}

const isAnswered = (text: string): boolean => dataOf(text)?.__typename !== undefined;
const ask = (send: Send, query: string): Promise<string> => send({ json: { query } });

function sender(token: string | null): Send {
  return async ({ method = 'POST', search = '', json, accept = 'application/json' }) => {
    const response = await fetch(`${app.url}/graphql${search}`, {
      method,
      headers: {
        accept,
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: json === undefined ? undefined : JSON.stringify(json),
    });
    return response.text();
  };
}

/** A query over GET needs its token in a header, which a browser sends to another origin only after a preflight. */
const ALLOWED_WITH_TOKEN = ['queries over GET'];
const REFUSED_WITH_TOKEN = Object.keys(CHECKS).filter((name) => !ALLOWED_WITH_TOKEN.includes(name));

describe('graphql-cop finds nothing', () => {
  it.each(Object.keys(CHECKS))('without a token: %s', async (name) => {
    expect(await CHECKS[name]?.(sender(null))).toBe(false);
  });

  it.each(REFUSED_WITH_TOKEN)('with an officer’s: %s', async (name) => {
    expect(await CHECKS[name]?.(sender(app.as('TUR', 'LIAISON_OFFICER').token))).toBe(false);
  });
});

it('with an integrator’s token, it finds what an integrator is there for', async () => {
  const send = sender(app.as(null, 'INTEGRATOR').token);
  const found: string[] = [];
  for (const [name, check] of Object.entries(CHECKS)) if (await check(send)) found.push(name);
  expect(found).toEqual(['field suggestions', ...ALLOWED_WITH_TOKEN, 'introspection']);
});
