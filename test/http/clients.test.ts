import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { CombinedGraphQLErrors, ServerError } from '@apollo/client/errors';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { getMainDefinition } from '@apollo/client/utilities';
import { Client, cacheExchange, fetchExchange, subscriptionExchange } from '@urql/core';
import { ClientError, GraphQLClient } from 'graphql-request';
import { createClient as createSocketClient } from 'graphql-ws';
import {
  type GraphQLResponse,
  Network,
  Observable,
  type RequestParameters,
  type Variables,
} from 'relay-runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type App, type Caller, startApp } from '../support/app.js';
import { aReport, people, REPORT, succeed } from '../support/writing.js';

/** Clients of other people, with the headers and formats that they have by default. */

let app: App;
let caller: Caller;
let headers: Record<string, string>;
beforeAll(async () => {
  app = await startApp();
  caller = app.as('TUR', 'DUTY_OFFICER');
  headers = { authorization: `Bearer ${caller.token}` };
});
afterAll(() => app?.stop());

const QUERY = 'query Viewer { viewer { role } }';
const WRONG = 'query Wrong { viewer { rank } }';
const REFUSED = 'query Refused { incidents(first: 1000) { totalCount } }';
const EVENTS = 'subscription Events { incidentEvents { kind } }';
const codes = (errors: readonly { readonly extensions?: Record<string, unknown> }[] = []): unknown[] =>
  errors.map(({ extensions }) => extensions?.code);

/** Reports incidents until somebody has received an event: subscribers of most clients do not say when they begin. */
async function reportUntil(received: Promise<string>): Promise<string> {
  const { turDuty } = people(app);
  let event: string | undefined;
  const wait = received.then((kind) => {
    event = kind;
  });
  while (event === undefined) {
    await succeed(turDuty, REPORT, aReport());
    await Promise.race([wait, new Promise((resolve) => setTimeout(resolve, 50))]);
  }
  return event;
}

const socketClient = () =>
  createSocketClient({
    url: `${app.url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: headers,
  });

describe('urql', () => {
  const client = (): Client =>
    new Client({
      url: `${app.url}/graphql`,
      exchanges: [cacheExchange, fetchExchange],
      fetchOptions: { headers },
      fetchSubscriptions: true,
    });

  it('queries, by POST and by GET', async () => {
    for (const options of [{}, { preferGetMethod: false }]) {
      const { data, error } = await client().query(QUERY, {}, options);
      expect([error, data?.viewer.role]).toEqual([undefined, 'DUTY_OFFICER']);
    }
  });

  it('mutates', async () => {
    const { data, error } = await client().mutation(REPORT, { input: aReport() });
    expect([error, data?.result.userErrors]).toEqual([undefined, []]);
  });

  it('reads errors', async () => {
    for (const [document, code] of [
      [WRONG, 'GRAPHQL_VALIDATION_FAILED'],
      [REFUSED, 'BAD_USER_INPUT'],
    ] as const) {
      const { error } = await client().query(document, {});
      expect(codes(error?.graphQLErrors)).toEqual([code]);
    }
  });

  it('follows an event stream', async () => {
    const received = new Promise<string>((resolve) => {
      const { unsubscribe } = client()
        .subscription(EVENTS, {})
        .subscribe(({ data }) => {
          if (data) resolve(data.incidentEvents.kind);
          if (data) setTimeout(() => unsubscribe());
        });
    });
    expect(await reportUntil(received)).toBe('REPORTED');
  });

  it('follows a socket', async () => {
    const sockets = socketClient();
    const following = new Client({
      url: `${app.url}/graphql`,
      exchanges: [
        subscriptionExchange({
          forwardSubscription: ({ query = '', variables }) => ({
            subscribe: (sink) => ({
              unsubscribe: sockets.subscribe(
                { query, variables: variables as Record<string, unknown> },
                sink,
              ),
            }),
          }),
        }),
      ],
    });
    const received = new Promise<string>((resolve) => {
      following.subscription(EVENTS, {}).subscribe(({ data }) => data && resolve(data.incidentEvents.kind));
    });
    expect(await reportUntil(received)).toBe('REPORTED');
    await sockets.dispose();
  });
});

describe('Apollo Client', () => {
  const sockets: { dispose(): void | Promise<void> }[] = [];
  afterAll(async () => {
    for (const socket of sockets) await socket.dispose();
  });

  function client(): ApolloClient {
    const socket = socketClient();
    sockets.push(socket);
    return new ApolloClient({
      cache: new InMemoryCache(),
      link: ApolloLink.split(
        ({ query }) => {
          const definition = getMainDefinition(query);
          return definition.kind === 'OperationDefinition' && definition.operation === 'subscription';
        },
        new GraphQLWsLink(socket),
        new HttpLink({ uri: `${app.url}/graphql`, headers }),
      ),
    });
  }

  it('queries, by POST and by GET', async () => {
    const { data } = await client().query<{ viewer: { role: string } }>({ query: gql(QUERY) });
    expect(data?.viewer.role).toBe('DUTY_OFFICER');
    const link = new HttpLink({
      uri: `${app.url}/graphql`,
      headers,
      useGETForQueries: true,
    });
    const getting = new ApolloClient({ cache: new InMemoryCache(), link });
    const got = await getting.query<{ viewer: { role: string } }>({ query: gql(QUERY) });
    expect(got.data?.viewer.role).toBe('DUTY_OFFICER');
  });

  it('mutates', async () => {
    const { data } = await client().mutate<{ result: { userErrors: unknown[] } }>({
      mutation: gql(REPORT),
      variables: { input: aReport() },
    });
    expect(data?.result.userErrors).toEqual([]);
  });

  it('reads errors', async () => {
    for (const [document, code] of [
      [WRONG, 'GRAPHQL_VALIDATION_FAILED'],
      [REFUSED, 'BAD_USER_INPUT'],
    ] as const) {
      const error = await client()
        .query({ query: gql(document) })
        .catch((caught: unknown) => caught);
      expect(CombinedGraphQLErrors.is(error) && codes(error.errors)).toEqual([code]);
    }
  });

  it('reads that its token is refused', async () => {
    const link = new HttpLink({ uri: `${app.url}/graphql` });
    const error = await new ApolloClient({ cache: new InMemoryCache(), link })
      .query({ query: gql(QUERY) })
      .catch((caught: unknown) => caught);
    expect(ServerError.is(error) && [error.statusCode, error.bodyText]).toEqual([
      401,
      expect.stringContaining('UNAUTHENTICATED'),
    ]);
  });

  it('follows a socket', async () => {
    const received = new Promise<string>((resolve) => {
      client()
        .subscribe<{ incidentEvents: { kind: string } }>({ query: gql(EVENTS) })
        .subscribe(({ data }) => data && resolve(data.incidentEvents.kind));
    });
    expect(await reportUntil(received)).toBe('REPORTED');
  });
});

describe('Relay', () => {
  const accept = 'application/graphql-response+json; charset=utf-8, application/json; charset=utf-8';

  /** The network of Relay's guide. */
  async function fetchGraphql(request: RequestParameters, variables: Variables): Promise<GraphQLResponse> {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', accept },
      body: JSON.stringify({ query: request.text, variables }),
    });
    return (await response.json()) as GraphQLResponse;
  }

  function execute(operationKind: 'query' | 'mutation' | 'subscription', text: string, variables: Variables) {
    const sockets = socketClient();
    const network = Network.create(fetchGraphql, ({ text: query }, given) =>
      Observable.create((sink) => sockets.subscribe({ query: query ?? '', variables: given }, sink as never)),
    );
    const name = /^\w+ (\w+)/.exec(text)?.[1] ?? 'Operation';
    return network
      .execute({ operationKind, name, text, id: null, cacheID: name, metadata: {} }, variables, {})
      .do({ complete: () => void sockets.dispose(), unsubscribe: () => void sockets.dispose() });
  }

  it('queries and mutates', async () => {
    expect(await execute('query', QUERY, {}).toPromise()).toMatchObject({
      data: { viewer: { role: 'DUTY_OFFICER' } },
    });
    expect(await execute('mutation', REPORT, { input: aReport() }).toPromise()).toMatchObject({
      data: { result: { userErrors: [] } },
    });
  });

  it('reads errors', async () => {
    const answer = await execute('query', WRONG, {}).toPromise();
    expect(answer).toMatchObject({ errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
  });

  it('follows a socket', async () => {
    const received = new Promise<string>((resolve) => {
      const subscription = execute('subscription', EVENTS, {}).subscribe({
        next: (answer) => {
          if (!('data' in answer) || !answer.data) return;
          resolve(answer.data.incidentEvents.kind);
          setTimeout(() => subscription.unsubscribe());
        },
      });
    });
    expect(await reportUntil(received)).toBe('REPORTED');
  });
});

describe('graphql-request', () => {
  const client = (): GraphQLClient => new GraphQLClient(`${app.url}/graphql`, { headers });

  it('queries, by POST and by GET', async () => {
    expect(await client().request(QUERY)).toEqual({ viewer: { role: 'DUTY_OFFICER' } });
    const getting = new GraphQLClient(`${app.url}/graphql`, {
      method: 'GET',
      headers,
    });
    expect(await getting.request(QUERY)).toEqual({ viewer: { role: 'DUTY_OFFICER' } });
  });

  it('mutates', async () => {
    expect(await client().request(REPORT, { input: aReport() })).toMatchObject({
      result: { userErrors: [] },
    });
  });

  it('reads errors', async () => {
    for (const [document, code] of [
      [WRONG, 'GRAPHQL_VALIDATION_FAILED'],
      [REFUSED, 'BAD_USER_INPUT'],
    ] as const) {
      const error = await client()
        .request(document)
        .catch((caught: unknown) => caught);
      expect(error instanceof ClientError && codes(error.response.errors)).toEqual([code]);
    }
  });
});
