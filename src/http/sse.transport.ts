import type { IncomingMessage, ServerResponse } from 'node:http';
import { type FormattedExecutionResult, type GraphQLFormattedError, OperationTypeNode } from 'graphql';
import { z } from 'zod';
import { identityOf } from '../auth/viewer.js';
import { CodedError } from '../common/errors.js';
import type { RequestContext } from '../context/request-context.js';
import { unavailable } from '../database/unavailable.js';
import { LANGUAGES } from '../domain/locale.js';
import type { EventResult } from '../execution/event-results.js';
import type { Answer, OperationRequest, Operations } from './operations.js';
import { type ErrorResponse, VARY } from './request-handling.js';
import type { Session, Sessions } from './session.js';
import type { UnreadAnswers } from './unread-answers.js';

/** How often a stream sends a comment, so that proxies do not close it while nothing happens. */
const HEARTBEAT_MS = 12_000;
/** How long a client may leave its socket's buffer full. */
const STALLED_MS = 20_000;
/** When a subject with too many streams may try again, in seconds. */
const RETRY_AFTER_SECONDS = 10;
/** How long a stream that ends may take to send what is in its buffer. */
const CLOSE_TIMEOUT_MS = 2_000;

const operationRequest = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  // Not z.record, which drops a variable named `__proto__`.
  variables: z.custom<Readonly<Record<string, unknown>>>(isObject).nullish(),
});

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export interface SseTransport {
  /** Whether these parameters of a request ask for a subscription. */
  isSubscription(given: unknown): boolean;
  /**
   * Answers a request with an event stream, or says why it is refused. `given` are the parameters
   * of the request, `headers` those of every answer.
   */
  answer(
    request: IncomingMessage,
    response: ServerResponse,
    given: unknown,
    headers: Readonly<Record<string, string>>,
  ): Promise<ErrorResponse | null>;
  /** Streams open. */
  readonly size: number;
  close(): void;
}

/** GraphQL over Server-Sent Events, each operation a request of its own (distinct connections mode). */
export function createSse(operations: Operations, sessions: Sessions, unread: UnreadAnswers): SseTransport {
  const streams = new Set<Stream>();
  let isClosed = false;

  return {
    async answer(request, response, given, headers): Promise<ErrorResponse | null> {
      if (isClosed) return { code: 'SERVICE_UNAVAILABLE' };
      const operation = operationOf(operations, request, given);
      if ('code' in operation) return operation;
      let stream: Stream | null = null;
      const session = await sessions.open(request.headers.authorization, () =>
        stream?.fail(new CodedError('UNAUTHENTICATED')),
      );
      if (typeof session === 'string') return sessionError(session);
      const context = operations.contextFor(session.viewer, request.headers['accept-language']);
      writeHead(response, context, headers);
      stream = createStream(response, session, unread, (error) => operations.formatErrors([error], context));
      streams.add(stream);
      response.once('close', () => {
        if (stream) streams.delete(stream);
        session.close();
      });
      const answer = await operations.run(operation, context);
      // A client that has the head of the answer receives every event from then on.
      response.flushHeaders();
      await deliver(answer, stream);
      return null;
    },
    isSubscription(given) {
      const parsed = operationRequest.safeParse(given);
      return parsed.success && operations.typeOf(parsed.data) === OperationTypeNode.SUBSCRIPTION;
    },
    get size() {
      return streams.size;
    },
    close() {
      isClosed = true;
      for (const stream of [...streams]) stream.fail(unavailable());
    },
  };
}

function operationOf(
  operations: Operations,
  { method }: IncomingMessage,
  given: unknown,
): OperationRequest | ErrorResponse {
  const parsed = operationRequest.safeParse(given);
  if (!parsed.success) return { code: 'BAD_REQUEST' };
  if (method === 'GET' && operations.typeOf(parsed.data) === OperationTypeNode.MUTATION) {
    return { code: 'BAD_REQUEST', status: 405, headers: { Allow: 'POST' } };
  }
  return parsed.data;
}

function sessionError(reason: 'refused' | 'too many'): ErrorResponse {
  return reason === 'refused'
    ? { code: 'UNAUTHENTICATED', headers: { 'WWW-Authenticate': 'Bearer' } }
    : {
        code: 'RATE_LIMITED',
        variables: { seconds: RETRY_AFTER_SECONDS },
        extensions: { retryAfter: RETRY_AFTER_SECONDS, retryable: true },
        headers: { 'Retry-After': String(RETRY_AFTER_SECONDS) },
      };
}

function writeHead(
  response: ServerResponse,
  { locale, requestId }: RequestContext,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(200, {
    ...headers,
    'Content-Type': 'text/event-stream; charset=utf-8',
    'Content-Language': LANGUAGES[locale].tag,
    Vary: VARY,
    'X-Request-Id': requestId,
    'X-Accel-Buffering': 'no',
  });
}

async function deliver(answer: Answer, stream: Stream): Promise<void> {
  try {
    if (answer.kind === 'events') {
      stream.onEnd(() => void answer.events.return());
      for await (const result of answer.events) await stream.next(result);
    } else {
      await stream.next(answer.kind === 'once' ? answer.result : { errors: answer.errors });
    }
    stream.complete();
  } catch (error) {
    stream.fail(error);
  }
}

interface Stream {
  /** Resolves once the client has room for more. */
  next(result: FormattedExecutionResult | EventResult): Promise<void>;
  /** Ends it, with a coded error as the last result. */
  fail(error: unknown): void;
  complete(): void;
  /** Calls the listener when the stream ends, whoever ends it; at once when it has ended. */
  onEnd(listener: () => void): void;
}

function createStream(
  response: ServerResponse,
  session: Session,
  unread: UnreadAnswers,
  formatError: (error: unknown) => readonly GraphQLFormattedError[],
): Stream {
  let isOpen = true;
  const listeners: (() => void)[] = [];
  const heartbeat = setInterval(() => {
    if (session.isLive()) response.write(':\n\n');
  }, HEARTBEAT_MS);
  heartbeat.unref();

  function markEnded(): void {
    if (!isOpen) return;
    isOpen = false;
    clearInterval(heartbeat);
    for (const listener of listeners) listener();
  }

  function end(frames: string): void {
    markEnded();
    response.end(`${frames}event: complete\ndata:\n\n`);
    setTimeout(() => response.destroy(), CLOSE_TIMEOUT_MS).unref();
  }

  response.once('close', markEnded);
  response.on('error', markEnded);
  return {
    async next(result) {
      if (!isOpen || !session.isLive()) return;
      const text = frame(result);
      const release = unread.add(identityOf(session.viewer), text.length);
      if (release === null) throw new CodedError('RATE_LIMITED', { reason: 'UNREAD_ANSWERS' });
      if (response.write(text)) return release();
      const stalled = setTimeout(() => response.destroy(), STALLED_MS);
      await new Promise<void>((resolve) => {
        response.once('drain', resolve);
        response.once('close', resolve);
      });
      clearTimeout(stalled);
      release();
    },
    fail(error) {
      if (isOpen) end(frame({ errors: formatError(error) }));
    },
    complete() {
      if (isOpen) end('');
    },
    onEnd(listener) {
      if (isOpen) listeners.push(listener);
      else listener();
    },
  };
}

/** JSON.stringify writes no line breaks, so one line of data is enough. */
function frame(result: FormattedExecutionResult | EventResult): string {
  return `event: next\ndata: ${JSON.stringify(result)}\n\n`;
}
