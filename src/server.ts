import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import { HeaderMap } from '@apollo/server';
import type { Logger } from 'pino';
import type { Verifier } from './access/verifier.js';
import type { Viewer } from './access/viewer.js';
import type { RequestContext } from './context.js';
import type { ErrorCode } from './errors.js';
import { ERROR_STATUS } from './errors.js';
import { translator } from './labels/labels.js';
import { LANGUAGE_TAG } from './labels/locale.js';
import { requestLocale } from './labels/negotiation.js';

/** Bodies of GraphQL requests are at most this long, in bytes. */
export const LONGEST_BODY = 100 * 1024;

export interface ServerParts {
  readonly graphql: ApolloServer<RequestContext>;
  readonly verifier: Verifier;
  /** Answers `/graphiql` and what lies below it; false when the request is not for it. */
  readonly graphiql: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** What keeps the server from being ready, if anything, with details for the operator. */
  readonly readiness: () => Promise<{ readonly isReady: boolean; readonly detail: object }>;
  readonly logger: Logger;
}

/** The way of a request, from top to bottom. */
export function createHttpServer(parts: ServerParts): Server {
  return createServer((request, response) => {
    const path = pathOf(request);
    if (path === '/graphql') {
      answerGraphql(parts, request, response).catch((error: unknown) => {
        parts.logger.error({ err: error }, 'request failed');
        refuse(response, 'INTERNAL_SERVER_ERROR');
      });
    } else if (path === '/livez') {
      sendJson(response, 200, { status: 'alive' });
    } else if (path === '/readyz') {
      void parts.readiness().then(({ isReady, detail }) => sendJson(response, isReady ? 200 : 503, detail));
    } else if (!parts.graphiql(request, response)) {
      sendJson(response, 404, { status: 'not found' });
    }
  });
}

async function answerGraphql(
  parts: ServerParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const verified = parts.verifier.verify(request.headers.authorization);
  const viewer = verified instanceof Promise ? await verified : verified;
  if (viewer === null) return refuse(response, 'UNAUTHENTICATED', { 'WWW-Authenticate': 'Bearer' });

  const { method } = request;
  if (method !== 'POST' && method !== 'GET') {
    return sendJson(response, 405, errorBody('BAD_REQUEST'), { Allow: 'GET, POST' });
  }
  let body: unknown;
  if (method === 'POST') {
    if (!isJsonInUtf8(request.headers['content-type'])) return refuse(response, 'UNSUPPORTED_MEDIA_TYPE');
    const text = await readBody(request);
    if (text === null) return refuse(response, 'PAYLOAD_TOO_LARGE', { Connection: 'close' });
    try {
      body = JSON.parse(text);
    } catch {
      return refuse(response, 'BAD_REQUEST');
    }
  }

  const context = contextOf(viewer, request.headers['accept-language']);
  const answer = await parts.graphql.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method, headers: headersOf(request), search: searchOf(request), body },
    context: async () => context,
  });
  const headers: Record<string, string> = {
    'Cache-Control': 'no-store',
    'Content-Language': LANGUAGE_TAG[context.locale],
    Vary: 'Accept-Language, Authorization',
    'X-Content-Type-Options': 'nosniff',
    'X-Request-Id': context.requestId,
  };
  for (const [name, value] of answer.headers) headers[name] = value;
  if (answer.body.kind !== 'complete') throw new Error('Answers are never sent in parts');
  const payload = Buffer.from(answer.body.string);
  headers['Content-Length'] = String(payload.length);
  response.writeHead(answer.status ?? 200, headers).end(payload);
}

function contextOf(viewer: Viewer, acceptLanguage: string | undefined): RequestContext {
  const locale = requestLocale({ claim: viewer.locale, acceptLanguage, nation: viewer.nation });
  return Object.freeze({ viewer, locale, t: translator(locale), requestId: randomUUID() });
}

function pathOf({ url = '/' }: IncomingMessage): string {
  const end = url.indexOf('?');
  return end < 0 ? url : url.slice(0, end);
}

function searchOf({ url = '/' }: IncomingMessage): string {
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start);
}

function headersOf(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}

const JSON_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?;?\s*$/i;

function isJsonInUtf8(contentType: string | undefined): boolean {
  return contentType !== undefined && JSON_TYPE.test(contentType);
}

/** The body as text, or null when it is too long; what is too long is not kept. */
function readBody(request: IncomingMessage): Promise<string | null> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length']) > LONGEST_BODY) return resolve(null);
    const chunks: Buffer[] = [];
    let length = 0;
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > LONGEST_BODY) {
        request.removeAllListeners('data').resume();
        return resolve(null);
      }
      chunks.push(chunk);
    });
    request.on('end', () =>
      resolve(chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString('utf8')),
    );
    request.on('error', reject);
  });
}

function errorBody(code: ErrorCode): object {
  return { errors: [{ message: translator('EN')(`errors.${code}`), extensions: { code } }] };
}

/** An answer before the request is known to be GraphQL: always in English, always the same. */
function refuse(
  response: ServerResponse,
  code: ErrorCode,
  headers: Readonly<Record<string, string>> = {},
): void {
  if (response.headersSent) return void response.destroy();
  sendJson(response, ERROR_STATUS[code], errorBody(code), headers);
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
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': String(payload.length),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      ...headers,
    })
    .end(payload);
}
