import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { AnsweredRequest } from '../context/request-record.js';
import { limitConnections } from './connection-limits.js';
import { answerGraphql, type GraphqlEndpointParts } from './graphql-endpoint.js';
import { sendJson, startHandling } from './request-handling.js';
import { isGraphqlPath, originForm, pathOf } from './request-target.js';

/** How long a client may take to send its headers, and its whole request. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** How often Node looks for requests that exceed these. Its own default of 30 s makes 10 s take up to 40. */
const CHECK_INTERVAL_MS = 1_000;
/** How long a connection may stay without a byte while a request is answered; no operation takes as long. */
const INACTIVITY_TIMEOUT_MS = 30_000;
/** How long a connection may be idle: longer than proxies keep theirs, or they send requests into closed ones. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;

interface ServerParts extends GraphqlEndpointParts {
  /** Answers `/graphiql` and what lies below it; false when the request is not for it. */
  readonly graphiql: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Whether the server should get requests. The details are served where clients do not reach them. */
  readonly isReady: () => Promise<boolean>;
  /** Called for every request at /graphql, once it has been answered. */
  readonly onAnswer: (request: AnsweredRequest) => void;
  readonly logger: Logger;
}

/** The HTTP server: one path after the other, each with its own answer. */
export function createHttpServer(parts: ServerParts): Server {
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
    },
    (request, response) => {
      // While the server stops, clients must not send another request on the same connection.
      if (!server.listening) response.setHeader('Connection', 'close');
      request.url = originForm(request.url);
      answer(parts, request, response);
    },
  );
  server.timeout = INACTIVITY_TIMEOUT_MS;
  limitConnections(server);
  return server;
}

function answer(parts: ServerParts, request: IncomingMessage, response: ServerResponse): void {
  const path = pathOf(request.url);
  if (isGraphqlPath(path)) handleGraphql(parts, request, response);
  else if (path === '/livez') sendJson(response, 200, { status: 'alive' });
  else if (path === '/readyz') {
    void parts
      .isReady()
      .then((isReady) =>
        sendJson(response, isReady ? 200 : 503, { status: isReady ? 'ready' : 'not ready' }),
      );
  } else if (!parts.graphiql(request, response)) {
    sendJson(response, 404, { status: 'not found' });
  }
}

function handleGraphql(parts: ServerParts, request: IncomingMessage, response: ServerResponse): void {
  const handling = startHandling(request, response, parts.onAnswer);
  answerGraphql(parts, request, response, handling).catch((error: unknown) => {
    if (request.destroyed && !request.complete) return;
    parts.logger.error({ err: error, requestId: handling.requestId }, 'request failed');
    handling.refuse({ code: 'INTERNAL_SERVER_ERROR' });
  });
}
