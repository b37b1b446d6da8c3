import type { IncomingMessage, ServerResponse } from 'node:http';
import { type FormattedExecutionResult, type GraphQLFormattedError, OperationTypeNode } from 'graphql';
import { z } from 'zod';
import { CodedError, type ErrorCode } from '../common/errors.js';
import { unavailable } from '../database/unavailable.js';
import { LANGUAGE_TAG } from '../domain/locale.js';
import type { EventResult } from '../execution/event-results.js';
import type { Answer, Operations } from './operations.js';
import type { Session, Sessions } from './session.js';

/** How often a silent stream says that it is alive. */
const HEARTBEAT_MS = 12_000;
/** How long a client may leave unread what it was sent. */
const STALLED_MS = 20_000;
/** When a subject with too many streams may try again, in seconds. */
const RETRY_AFTER = '10';
/** How long a stream that is being ended may take to deliver what it holds. */
const FAREWELL_MS = 2_000;

const operationRequest = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

/** Why no stream was begun. */
export interface StreamRefusal {
  readonly code: ErrorCode;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface SseTransport {
  /**
   * Answers a request that accepts an event stream, or says why it is refused. `given` are the parameters
   * of the request, `headers` those of every answer.
   */
  answer(
    request: IncomingMessage,
    response: ServerResponse,
    given: unknown,
    headers: Readonly<Record<string, string>>,
  ): Promise<StreamRefusal | null>;
  /** Streams open. */
  readonly size: number;
  close(): void;
}

/** Whether a request asks for an event stream. */
export function acceptsEventStream({ headers }: IncomingMessage): boolean {
  return /(^|,)\s*text\/event-stream\s*(;|,|$)/i.test(headers.accept ?? '');
}

/** The parameters of a GET, as they would stand in the body of a POST; null when they are not JSON. */
export function parametersOf(search: string): object | null {
  const { variables, ...parameters } = Object.fromEntries(new URLSearchParams(search));
  try {
    return variables === undefined ? parameters : { ...parameters, variables: JSON.parse(variables) };
  } catch {
    return null;
  }
}

/** GraphQL over Server-Sent Events, each operation a request of its own (distinct connections mode). */
export function createSse(operations: Operations, sessions: Sessions): SseTransport {
  const streams = new Set<Stream>();
  let isClosed = false;

  return {
    async answer(request, response, given, headers): Promise<StreamRefusal | null> {
      if (isClosed) return { code: 'SERVICE_UNAVAILABLE' };
      const parsed = operationRequest.safeParse(given);
      if (!parsed.success) return { code: 'BAD_REQUEST' };
      const { data: operation } = parsed;
      if (request.method === 'GET' && operations.typeOf(operation) === OperationTypeNode.MUTATION) {
        return { code: 'BAD_REQUEST', status: 405, headers: { Allow: 'POST' } };
      }
      let stream: Stream | null = null;
      const session = await sessions.open(request.headers.authorization, () =>
        stream?.fail(new CodedError('UNAUTHENTICATED')),
      );
      if (session === 'refused')
        return { code: 'UNAUTHENTICATED', headers: { 'WWW-Authenticate': 'Bearer' } };
      if (session === 'too many') return { code: 'RATE_LIMITED', headers: { 'Retry-After': RETRY_AFTER } };
      const context = operations.contextFor(session.viewer, request.headers['accept-language']);
      response.writeHead(200, {
        ...headers,
        'Content-Type': 'text/event-stream; charset=utf-8',
        'Content-Language': LANGUAGE_TAG[context.locale],
        Vary: 'Accept-Language, Authorization',
        'X-Request-Id': context.requestId,
        'X-Accel-Buffering': 'no',
      });
      stream = createStream(response, session, (error) => operations.formatErrors([error], context));
      streams.add(stream);
      response.once('close', () => {
        if (stream) streams.delete(stream);
        session.close();
      });
      const answer = await operations.run(operation, context);
      // Whoever has the head of the answer hears of all that happens from then on.
      response.flushHeaders();
      await deliver(answer, stream);
      return null;
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
  /** Tells when it is over, whoever ends it; at once when it is over already. */
  onEnd(listener: () => void): void;
}

function createStream(
  response: ServerResponse,
  session: Session,
  formatError: (error: unknown) => readonly GraphQLFormattedError[],
): Stream {
  let isOpen = true;
  const listeners: (() => void)[] = [];
  const beating = setInterval(() => {
    if (session.isLive()) response.write(':\n\n');
  }, HEARTBEAT_MS);
  beating.unref();

  function over(): void {
    if (!isOpen) return;
    isOpen = false;
    clearInterval(beating);
    for (const listener of listeners) listener();
  }

  function end(frames: string): void {
    over();
    response.end(`${frames}event: complete\ndata:\n\n`);
    setTimeout(() => response.destroy(), FAREWELL_MS).unref();
  }

  response.once('close', over);
  response.on('error', over);
  return {
    async next(result) {
      if (!isOpen || !session.isLive()) return;
      if (response.write(frame(result))) return;
      const stalled = setTimeout(() => response.destroy(), STALLED_MS);
      await new Promise<void>((resolve) => {
        response.once('drain', resolve);
        response.once('close', resolve);
      });
      clearTimeout(stalled);
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

/** JSON has no line breaks of its own, so that one line of data is enough. */
function frame(result: FormattedExecutionResult | EventResult): string {
  return `event: next\ndata: ${JSON.stringify(result)}\n\n`;
}
