import type { IncomingMessage, ServerResponse } from 'node:http';
import { type ApolloServer, HeaderMap, type HTTPGraphQLResponse } from '@apollo/server';
import type { Verifier } from '../auth/verifier.js';
import { audienceOf, identityOf, type Viewer } from '../auth/viewer.js';
import type { RequestContext } from '../context/request-context.js';
import { type TrustedDocuments, trustedBody, trustedSearch } from '../demand/trusted-documents.js';
import { LANGUAGES } from '../domain/locale.js';
import { ACCEPT_OF, type AnswerType, negotiateAnswer } from './accept.js';
import { exposeTo, type Origins, PREFLIGHT_HEADERS } from './origins.js';
import type { BodyShare } from './request-body.js';
import { createContext } from './request-context.js';
import { type ErrorResponse, type RequestHandling, SECURITY_HEADERS, VARY } from './request-handling.js';
import { type Parameters, parametersOf, readParameters } from './request-parameters.js';
import type { SseTransport } from './sse.transport.js';
import { isSmall, sendInPieces, type UnreadAnswers } from './unread-answers.js';
import type { WaitingBytes } from './waiting-bytes.js';

const SECURITY_HEADER_LIST = Object.entries(SECURITY_HEADERS).flat();

export interface GraphqlEndpointParts {
  readonly origins: Origins;
  readonly graphql: ApolloServer<RequestContext>;
  readonly verifier: Verifier;
  /** Counts bodies that are being received. */
  readonly waiting: WaitingBytes;
  /** Answers that clients have not read. */
  readonly unread: UnreadAnswers;
  /** Answers requests with event streams. */
  readonly streams: SseTransport;
  /** The only documents that are answered; null when all are. */
  readonly trustedDocuments: TrustedDocuments | null;
}

/** Answers a request at /graphql: origin, token, method, type and size, then the document. */
export async function answerGraphql(
  parts: GraphqlEndpointParts,
  request: IncomingMessage,
  response: ServerResponse,
  handling: RequestHandling,
): Promise<void> {
  if (!parts.origins.isAllowed(request)) return handling.refuse({ code: 'ORIGIN_NOT_ALLOWED' });
  exposeTo(request, response);
  if (request.method === 'OPTIONS') return answerOptions(response, handling);

  const verified = parts.verifier.verify(request.headers.authorization);
  const viewer = verified instanceof Promise ? await verified : verified;
  if (viewer === null) {
    return handling.refuse({ code: 'UNAUTHENTICATED', headers: { 'WWW-Authenticate': 'Bearer' } });
  }
  handling.viewer = viewer;
  if (parts.unread.isFull(identityOf(viewer))) return handling.refuse(tooMuchUnread());

  const sent = await readParameters(request, shareOf(parts.waiting, viewer));
  if ('code' in sent) return handling.refuse(sent);
  const parameters = parts.trustedDocuments ? withTrustedDocument(parts.trustedDocuments, sent) : sent;
  if ('code' in parameters) return handling.refuse(parameters);

  const type = negotiateAnswer(request.headers.accept, () =>
    parts.streams.isSubscription(givenIn(parameters)),
  );
  if (type === null) return handling.refuse({ code: 'NOT_ACCEPTABLE' });
  if (type === 'event stream') {
    const error = await parts.streams.answer(request, response, givenIn(parameters), SECURITY_HEADERS);
    if (error) handling.refuse(error);
    return;
  }

  const context = createContext(viewer, request.headers['accept-language'], handling);
  const answer = await parts.graphql.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { ...parameters, headers: apolloHeaders(request, type) },
    context: async () => context,
  });
  const { unread } = parts;
  const bytes = answer.body.kind === 'complete' ? answer.body.string.length : 0;
  const release = unread.add(identityOf(viewer), bytes);
  if (release === null) return handling.refuse(tooMuchUnread());
  handling.end(sendAnswer(response, answer, context, release));
}

function answerOptions(response: ServerResponse, handling: RequestHandling): void {
  response
    .writeHead(204, {
      ...SECURITY_HEADERS,
      ...PREFLIGHT_HEADERS,
      Vary: VARY,
      'X-Request-Id': handling.requestId,
    })
    .end();
  handling.end(204);
}

function shareOf(waiting: WaitingBytes, viewer: Viewer): BodyShare {
  const owner = audienceOf(viewer);
  return { take: (bytes) => waiting.take(owner, bytes), give: (bytes) => waiting.give(owner, bytes) };
}

/** Seconds after which a client that leaves answers unread may try again. */
const RETRY_AFTER = 10;

function tooMuchUnread(): ErrorResponse {
  return {
    code: 'RATE_LIMITED',
    reason: 'UNREAD_ANSWERS',
    extensions: { retryAfter: RETRY_AFTER, retryable: true },
    headers: { 'Retry-After': String(RETRY_AFTER) },
  };
}

/** The parameters as an object, wherever they were. */
function givenIn({ method, search, body }: Parameters): unknown {
  return method === 'POST' ? body : parametersOf(search);
}

/** The same parameters with the text of the trusted document that they name. */
function withTrustedDocument(
  documents: TrustedDocuments,
  parameters: Parameters,
): Parameters | ErrorResponse {
  const { method, search } = parameters;
  if (method === 'POST') {
    const body = trustedBody(documents, parameters.body);
    return body === null ? { code: 'DOCUMENT_NOT_TRUSTED' } : { method, search, body };
  }
  const trusted = trustedSearch(documents, search);
  return trusted === null ? { code: 'DOCUMENT_NOT_TRUSTED' } : { method, search: trusted, body: undefined };
}

/** Sends what Apollo answers; returns the status. */
function sendAnswer(
  response: ServerResponse,
  { status = 200, headers: answered, body }: HTTPGraphQLResponse,
  { locale, requestId }: RequestContext,
  onEnd: () => void,
): number {
  if (body.kind !== 'complete') throw new Error('Answers are never sent in parts');
  // Each character is a byte: see apollo-adapter.ts.
  const bytes = body.string;
  // Node writes a list as it is; it would copy an object into one.
  const headers = [
    ...SECURITY_HEADER_LIST,
    'Content-Language',
    LANGUAGES[locale].tag,
    'Vary',
    VARY,
    'X-Request-Id',
    requestId,
    'Content-Length',
    String(bytes.length),
  ];
  for (const [name, value] of answered) headers.push(name, value);
  response.writeHead(status, headers);
  // A string leaves in one packet with the headers; a buffer would be a second one.
  if (isSmall(bytes.length)) response.end(bytes, 'latin1');
  else sendInPieces(response, bytes, onEnd);
  return status;
}

/** What Apollo looks at: the types of body and answer. */
function apolloHeaders(
  { headers: { 'content-type': contentType } }: IncomingMessage,
  type: Exclude<AnswerType, 'event stream'>,
): HeaderMap {
  const headers = new HeaderMap([['accept', ACCEPT_OF[type]]]);
  if (contentType !== undefined) headers.set('content-type', contentType);
  return headers;
}
