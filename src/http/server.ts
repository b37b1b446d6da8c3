import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import type { Logger } from 'pino';
import type { Verifier } from '../auth/verifier.js';
import type { Viewer } from '../auth/viewer.js';
import { ERROR_STATUS, type ErrorCode } from '../common/errors.js';
import type { RequestContext } from '../context/request-context.js';
import {
  type AnsweredRequest,
  answeredRequest,
  newRecord,
  type RequestRecord,
} from '../context/request-record.js';
import { type TrustedDocuments, trustedBody, trustedSearch } from '../demand/trusted-documents.js';
import { LANGUAGE_TAG } from '../domain/locale.js';
import { translator } from '../i18n/labels.js';
import { requestLocale } from '../i18n/negotiation.js';
import { isJsonInUtf8, readBody } from './request-body.js';
import { acceptsEventStream, parametersOf, type SseTransport } from './sse.transport.js';

/** How long a client may take to send its headers, and its whole request. */
const HEADERS_TIMEOUT_MS = 10_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** How long a connection may be idle: longer than proxies keep theirs, or they send requests into closed ones. */
const KEEP_ALIVE_TIMEOUT_MS = 75_000;

/** On every answer: it is data, for its client alone, and no page. */
const SECURITY_HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
} as const;
const SECURITY_HEADER_LIST = Object.entries(SECURITY_HEADERS).flat();

export interface ServerParts {
  readonly graphql: ApolloServer<RequestContext>;
  readonly verifier: Verifier;
  /** Answers requests at /graphql that accept an event stream. */
  readonly streams: SseTransport;
  /** Answers `/graphiql` and what lies below it; false when the request is not for it. */
  readonly graphiql: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** What keeps the server from being ready, if anything, with details for the operator. */
  readonly readiness: () => Promise<{ readonly isReady: boolean; readonly detail: object }>;
  /** The only documents that are answered; null when all are. */
  readonly trustedDocuments: TrustedDocuments | null;
  /** Told of every request at /graphql, once it has been answered. */
  readonly onAnswer: (request: AnsweredRequest) => void;
  readonly logger: Logger;
}

/** The way of a request, from top to bottom. */
export function createHttpServer(parts: ServerParts): Server {
  const server = createServer(
    {
      headersTimeout: HEADERS_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    },
    (request, response) => {
      // A server that is stopping says so, or clients would go on using the connection.
      if (!server.listening) response.setHeader('Connection', 'close');
      const path = pathOf(request);
      if (path === '/graphql') {
        const handling = startHandling(parts, response);
        answerGraphql(parts, request, response, handling).catch((error: unknown) => {
          if (request.destroyed && !request.complete) return;
          parts.logger.error({ err: error, requestId: handling.requestId }, 'request failed');
          handling.refuse('INTERNAL_SERVER_ERROR');
        });
      } else if (path === '/livez') {
        sendJson(response, 200, { status: 'alive' });
      } else if (path === '/readyz') {
        void parts.readiness().then(({ isReady, detail }) => sendJson(response, isReady ? 200 : 503, detail));
      } else if (!parts.graphiql(request, response)) {
        sendJson(response, 404, { status: 'not found' });
      }
    },
  );
  return server;
}

/** One request on its way: what names it, what is written down of it, and its end. */
interface RequestHandling {
  readonly requestId: string;
  readonly record: RequestRecord;
  viewer: Viewer | null;
  /** Ends it with an answer that does not depend on the document: always in English, always the same. */
  refuse(code: ErrorCode, headers?: Readonly<Record<string, string>>, status?: number): void;
  /** Tells the log and the metrics how it ended. */
  end(status: number): void;
}

function startHandling(parts: ServerParts, response: ServerResponse): RequestHandling {
  const startedAt = performance.now();
  const handling: RequestHandling = {
    requestId: randomUUID(),
    record: newRecord(),
    viewer: null,
    refuse(code, headers = {}, status = ERROR_STATUS[code]) {
      if (response.headersSent) return void response.destroy();
      sendJson(response, status, errorBody(code), { ...headers, 'X-Request-Id': handling.requestId });
      handling.record.codes = [code];
      handling.end(status);
    },
    end(status) {
      const { requestId, viewer, record } = handling;
      const durationMs = performance.now() - startedAt;
      parts.onAnswer(answeredRequest(record, requestId, viewer, status, durationMs));
    },
  };
  return handling;
}

async function answerGraphql(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
  handling: RequestHandling,
): Promise<void> {
  const verified = parts.verifier.verify(request.headers.authorization);
  const viewer = verified instanceof Promise ? await verified : verified;
  if (viewer === null) return handling.refuse('UNAUTHENTICATED', { 'WWW-Authenticate': 'Bearer' });
  handling.viewer = viewer;

  const { method } = request;
  if (method !== 'POST' && method !== 'GET')
    return handling.refuse('BAD_REQUEST', { Allow: 'GET, POST' }, 405);
  let search = searchOf(request);
  let body: unknown;
  if (method === 'POST') {
    if (!isJsonInUtf8(request.headers['content-type'])) return handling.refuse('UNSUPPORTED_MEDIA_TYPE');
    const text = await readBody(request);
    if (text === null) return handling.refuse('PAYLOAD_TOO_LARGE', { Connection: 'close' });
    try {
      body = JSON.parse(text);
    } catch {
      return handling.refuse('BAD_REQUEST');
    }
    if (Array.isArray(body)) return handling.refuse('BAD_REQUEST');
  }
  if (parts.trustedDocuments) {
    const trusted =
      method === 'POST'
        ? trustedBody(parts.trustedDocuments, body)
        : trustedSearch(parts.trustedDocuments, search);
    if (trusted === null) return handling.refuse('DOCUMENT_NOT_TRUSTED');
    if (typeof trusted === 'string') search = trusted;
    else body = trusted;
  }

  if (acceptsEventStream(request)) {
    const given = method === 'POST' ? body : parametersOf(search);
    const refusal = await parts.streams.answer(request, response, given, SECURITY_HEADERS);
    if (refusal) handling.refuse(refusal.code, refusal.headers, refusal.status);
    return;
  }

  const context = contextOf(viewer, request.headers['accept-language'], handling);
  const answer = await parts.graphql.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method, headers: headersOf(request), search, body },
    context: async () => context,
  });
  if (answer.body.kind !== 'complete') throw new Error('Answers are never sent in parts');
  const bytes = answer.body.string;
  const status = answer.status ?? 200;
  // A list is written as it is; an object would be copied into one.
  const headers = [
    ...SECURITY_HEADER_LIST,
    'Content-Language',
    LANGUAGE_TAG[context.locale],
    'Vary',
    'Accept-Language, Authorization',
    'X-Request-Id',
    handling.requestId,
    'Content-Length',
    String(bytes.length),
  ];
  for (const [name, value] of answer.headers) headers.push(name, value);
  // Text leaves in one piece with the headers; a buffer would be another.
  response.writeHead(status, headers).end(bytes, 'latin1');
  handling.end(status);
}

function contextOf(
  viewer: Viewer,
  acceptLanguage: string | undefined,
  { requestId, record }: RequestHandling,
): RequestContext {
  const locale = requestLocale({ claim: viewer.locale, acceptLanguage, nation: viewer.nation });
  return Object.freeze({ viewer, locale, t: translator(locale), requestId, record });
}

function pathOf({ url = '/' }: IncomingMessage): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

function searchOf({ url = '/' }: IncomingMessage): string {
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start);
}

/** What Apollo looks at: kinds of body and answer, and what tells a script from a form. */
const APOLLO_HEADERS = [
  'content-type',
  'accept',
  'x-apollo-operation-name',
  'apollo-require-preflight',
] as const;

function headersOf({ headers: given }: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const name of APOLLO_HEADERS) {
    const value = given[name];
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}

function errorBody(code: ErrorCode): object {
  return { errors: [{ message: translator('EN')(`errors.${code}`), extensions: { code } }] };
}

function sendJson(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  const payload = Buffer.from(JSON.stringify(body));
  response
    .writeHead(status, {
      ...SECURITY_HEADERS,
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': String(payload.length),
      ...headers,
    })
    .end(payload);
}
