import { createGraphiQLFetcher, type Fetcher } from '@graphiql/toolkit';
import { createClient } from 'graphql-ws';
import type { LanguageTag } from '../../domain/locale.js';
import type { Session } from './session.js';

/** A notice for the user about the last exchange with the server. */
export type Finding = 'token-refused' | 'schema-withheld';

interface Connection {
  readonly fetcher: Fetcher;
  /** Cancels all open requests and subscriptions. */
  close(): void;
}

type FetcherResult = Awaited<ReturnType<Fetcher>>;

const ENDPOINT = '/graphql';

function carriesSchema(result: unknown): boolean {
  return (
    typeof result === 'object' &&
    result !== null &&
    'data' in result &&
    typeof result.data === 'object' &&
    result.data !== null &&
    '__schema' in result.data
  );
}

/**
 * How GraphiQL reaches the API for a session: queries and mutations by POST, subscriptions by graphql-ws,
 * whose socket opens with the first subscription and carries the token in `connection_init`.
 *
 * @param language read at every request; with null the browser decides the language
 * @param report called after every exchange; null when there is no notice
 */
export function openConnection(
  session: Session,
  language: () => LanguageTag | null,
  report: (finding: Finding | null) => void,
): Connection {
  async function send(input: RequestInfo | URL, init: RequestInit | undefined): Promise<Response> {
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${await session.token()}`);
    const tag = language();
    if (tag !== null) headers.set('accept-language', tag);
    return fetch(input, { ...init, headers, credentials: 'omit', cache: 'no-store', redirect: 'error' });
  }

  const sockets = createClient({
    url: `${location.origin.replace(/^http/, 'ws')}${ENDPOINT}`,
    lazy: true,
    connectionParams: async () => {
      const tag = language();
      return {
        authorization: `Bearer ${await session.token()}`,
        ...(tag === null ? {} : { acceptLanguage: tag }),
      };
    },
  });

  let tokenRefused = false;
  let schemaWithheld = false;
  const exchange = createGraphiQLFetcher({
    url: ENDPOINT,
    wsClient: sockets,
    enableIncrementalDelivery: false,
    fetch: async (input, init) => {
      let response = await send(input, init);
      if (response.status === 401 && session.refused()) response = await send(input, init);
      tokenRefused = response.status === 401;
      report(tokenRefused ? 'token-refused' : schemaWithheld ? 'schema-withheld' : null);
      return response;
    },
  });

  async function introspect(...request: Parameters<Fetcher>): Promise<FetcherResult> {
    const result = await exchange(...request);
    schemaWithheld = !tokenRefused && !carriesSchema(result);
    if (schemaWithheld) report('schema-withheld');
    if (carriesSchema(result)) return result;
    // GraphiQL repeats an introspection whose answer has no `data`.
    return 'errors' in result ? { data: null, ...result } : result;
  }

  let introspection: Promise<unknown> = Promise.resolve();
  return {
    fetcher: async (...request) => {
      if (request[0].operationName === 'IntrospectionQuery') {
        const answer = introspect(...request);
        introspection = answer.catch(() => {});
        return answer;
      }
      // GraphiQL shows a failed introspection in the response pane, where it would replace a later answer.
      await introspection;
      return exchange(...request);
    },
    close: () => void sockets.dispose(),
  };
}
