import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  type ExecutionArgs,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  OperationTypeNode,
  parse,
} from 'graphql';
import { CloseCode, type Context, handleProtocols, makeServer, type SubscribePayload } from 'graphql-ws';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { audienceOf, identityOf } from '../auth/viewer.js';
import { CodedError } from '../common/errors.js';
import { withoutByteOrderMark } from '../common/utf8.js';
import type { RequestContext } from '../context/request-context.js';
import { AddressCounts } from './connection-limits.js';
import type { Answer, Operations } from './operations.js';
import type { Origins } from './origins.js';
import { unstorableText } from './request-parameters.js';
import { isGraphqlPath, originForm, pathOf } from './request-target.js';
import type { Session, Sessions } from './session.js';
import type { UnreadAnswers } from './unread-answers.js';
import type { WaitingBytes } from './waiting-bytes.js';

/** Sockets of one address that have not sent a valid token. A proxy is one address. */
const MAX_UNINITIALIZED = 512;
/** The most operations that one socket may have at once. */
const MAX_OPERATIONS = 128;
/** Bytes of a message from a socket without a valid token: a token and little else. */
const MAX_UNINITIALIZED_BYTES = 8 * 1024;
/** How long a client may take to send its token. */
const INIT_TIMEOUT_MS = 5_000;
const PING_MS = 12_000;
/** Bytes that may wait in a socket. A client that reads more slowly is disconnected, and resumes by cursor. */
const MAX_BUFFERED = 1024 * 1024;
/** How long a client may take to answer a close frame. */
const CLOSE_TIMEOUT_MS = 2_000;
const GOING_AWAY = 1001;
const MESSAGE_TOO_BIG = 1009;
/** Tells a client to connect again later (RFC 6455 registry). */
const TRY_AGAIN_LATER = 1013;

const initPayload = z.object({
  authorization: z.string().optional(),
  Authorization: z.string().optional(),
  acceptLanguage: z.string().optional(),
});

export interface WebSocketTransport {
  /** Sockets open. */
  readonly size: number;
  close(): Promise<void>;
}

interface WebSocketParts {
  readonly waiting: WaitingBytes;
  readonly origins: Origins;
  readonly schema: GraphQLSchema;
  readonly operations: Operations;
  readonly sessions: Sessions;
  readonly unread: UnreadAnswers;
  /** Longest message, in bytes. */
  readonly maxMessageBytes: number;
  readonly logger: Logger;
}

/** The state of one socket. */
interface Connection {
  readonly socket: WebSocket;
  acceptLanguage: string | undefined;
  session: Session | null;
  /** Bytes that wait in all connections of the server. */
  readonly unread: UnreadAnswers;
  /** The token has verified. */
  readonly onInitialized: () => void;
  /** Resolves once every subscription asked for so far has begun or been refused. */
  begun: Promise<void>;
}

type ConnectionContext = Context<Record<string, unknown> | undefined, Connection>;

/** GraphQL over WebSocket (subprotocol graphql-transport-ws) at `/graphql` of an HTTP server. */
export function openWebSockets(http: Server, parts: WebSocketParts): WebSocketTransport {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: parts.maxMessageBytes,
    handleProtocols: (protocols) => handleProtocols(protocols),
    perMessageDeflate: false,
  });
  const protocol = createProtocol(parts);
  const uninitialized = new AddressCounts();
  http.on('upgrade', (request, stream, head) => {
    stream.on('error', () => {});
    if (!isGraphqlPath(pathOf(originForm(request.url)))) return refuseUpgrade(stream, '404 Not Found');
    if (!parts.origins.isAllowed(request)) {
      parts.logger.info(
        { origin: request.headers.origin?.slice(0, 200) },
        'socket refused: origin not allowed',
      );
      return refuseUpgrade(stream, '403 Forbidden');
    }
    const address = request.socket.remoteAddress ?? '';
    if (uninitialized.of(address) >= MAX_UNINITIALIZED) return refuseUpgrade(stream, '429 Too Many Requests');
    server.handleUpgrade(request, stream, head, (socket) => {
      uninitialized.change(address, 1);
      const onInitialized = once(() => uninitialized.change(address, -1));
      const connection = accept(protocol, socket, request, parts, onInitialized);
      countWaiting(parts.waiting, connection, stream);
    });
  });
  const pinging = terminateSilent(server);

  return {
    get size() {
      return server.clients.size;
    },
    async close() {
      clearInterval(pinging);
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of server.clients) end(socket, GOING_AWAY, 'Going away');
      await closed;
    },
  };
}

/** Ends a connection that does not become a socket. Browsers show their pages no more of it than that. */
function refuseUpgrade(stream: Duplex, status: string): void {
  stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** Connects a socket to the protocol. */
function accept(
  protocol: Protocol,
  socket: WebSocket,
  request: IncomingMessage,
  { unread, logger }: WebSocketParts,
  onInitialized: () => void,
): Connection {
  const connection: Connection = {
    socket,
    acceptLanguage: request.headers['accept-language'],
    session: null,
    unread,
    onInitialized,
    begun: Promise.resolve(),
  };
  const closed = protocol.opened(
    {
      protocol: socket.protocol,
      send: (text) => send(connection, text),
      close: (code, reason) => end(socket, code ?? CloseCode.InternalServerError, reason ?? ''),
      onMessage: (receive) => {
        socket.on('message', (data, isBinary) => {
          // The protocol is text, which ws checks to be UTF-8; bytes it does not check.
          if (isBinary) return end(socket, CloseCode.BadRequest, 'Binary message');
          receive(withoutByteOrderMark(String(data))).catch((error: unknown) => {
            logger.error({ err: error }, 'socket failed');
            end(socket, CloseCode.InternalServerError, 'Internal server error');
          });
        });
      },
    },
    connection,
  );
  // After malformed or oversized frames ws closes the socket itself, with the code that says so.
  socket.on('error', () => {});
  socket.once('close', (code, reason) => {
    onInitialized();
    connection.session?.close();
    void closed(code, String(reason));
  });
  return connection;
}

/** Header of a client's short frame: two bytes and its mask. */
const FRAME_HEADER_BYTES = 6;

/**
 * Counts what a socket has sent of a message that is not complete; ends the socket when its share is used up. Until
 * the token has verified, each socket has a small share of its own, so that strangers use up nothing in common.
 */
function countWaiting(waiting: WaitingBytes, connection: Connection, stream: Duplex): void {
  const { socket } = connection;
  let owner: string | null = null;
  let held = 0;

  function hold(bytes: number): boolean {
    if (owner === null && connection.session) {
      owner = audienceOf(connection.session.viewer);
      if (!waiting.take(owner, held)) held = 0;
    }
    if (owner === null ? held + bytes > MAX_UNINITIALIZED_BYTES : !waiting.take(owner, bytes)) return false;
    held += bytes;
    return true;
  }

  function release(bytes: number): void {
    if (owner !== null) waiting.give(owner, bytes);
    held -= bytes;
  }

  // Before the listener of ws, which may complete a message with this chunk.
  stream.prependListener('data', (chunk: Buffer) => {
    if (hold(chunk.length)) return;
    if (owner === null) end(socket, MESSAGE_TOO_BIG, 'Message too big');
    else end(socket, TRY_AGAIN_LATER, 'Too many bytes waiting');
    // What still arrives is not read: it would wait uncounted until the socket is closed.
    socket.pause();
  });
  const releaseControlFrame = ({ length }: Buffer): void =>
    release(Math.min(held, FRAME_HEADER_BYTES + length));
  socket.on('ping', releaseControlFrame);
  socket.on('pong', releaseControlFrame);
  socket.on('message', () => release(held));
  socket.once('close', () => release(held));
}

function once(action: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) action();
    isDone = true;
  };
}

/** Pings every socket, and terminates those that have not answered the ping before. */
function terminateSilent(server: WebSocketServer): NodeJS.Timeout {
  const awaitingPong = new WeakSet<WebSocket>();
  const pinging = setInterval(() => {
    for (const socket of server.clients) {
      if (awaitingPong.has(socket)) {
        socket.terminate();
        continue;
      }
      awaitingPong.add(socket);
      socket.once('pong', () => awaitingPong.delete(socket));
      if (socket.readyState === socket.OPEN) socket.ping();
    }
  }, PING_MS);
  return pinging.unref();
}

type Protocol = ReturnType<typeof createProtocol>;

/** The protocol of graphql-ws. Operations run here and not in the library's executor. */
function createProtocol({ schema, operations, sessions }: WebSocketParts) {
  const formatted = new WeakMap<readonly GraphQLError[], readonly GraphQLFormattedError[]>();

  /** The library's executor receives what the operation answers as its context. */
  async function subscribe(
    connection: ConnectionContext,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const answer = await runOperation(operations, connection, payload).catch(failure);
    if (Array.isArray(answer)) return answer;
    if (answer.kind === 'refused') {
      const errors = answer.errors.map(({ message }) => new GraphQLError(message));
      formatted.set(errors, answer.errors);
      return errors;
    }
    const contextValue = answer.kind === 'once' ? answer.result : answer.events;
    return { schema, document: ANY_OPERATION, contextValue };
  }

  return makeServer<Record<string, unknown> | undefined, Connection>({
    connectionInitWaitTimeout: INIT_TIMEOUT_MS,
    onConnect: (connection) => openSession(sessions, connection),
    onSubscribe: (connection, _id, payload) => subscribe(connection, payload),
    // biome-ignore lint/suspicious/noExplicitAny: the library's own type of what an executor answers
    execute: ({ contextValue }): any => contextValue,
    onNext: (_connection, _id, _payload, _args, result) => result as never,
    onError: ({ extra }, _id, _payload, errors) => {
      const known = formatted.get(errors);
      if (known) return known;
      const context = contextOf(operations, extra);
      return context ? operations.formatErrors(errors, context) : [];
    },
  });
}

/** Verifies the token of `connection_init`; false closes the socket as forbidden. */
async function openSession(
  sessions: Sessions,
  { connectionParams, extra }: ConnectionContext,
): Promise<boolean> {
  const { socket } = extra;
  const params = initPayload.safeParse(connectionParams ?? {});
  if (!params.success) return false;
  const { authorization = params.data.Authorization, acceptLanguage } = params.data;
  const session = await sessions.open(authorization, (reason) =>
    end(socket, CloseCode.Forbidden, reason === 'expired' ? 'Token expired' : 'Forbidden'),
  );
  if (session === 'refused') return false;
  if (session === 'too many') {
    end(socket, CloseCode.TooManyInitialisationRequests, 'Too many sockets');
    return false;
  }
  if (socket.readyState !== socket.OPEN) session.close();
  extra.session = session;
  extra.onInitialized();
  extra.acceptLanguage = acceptLanguage ?? extra.acceptLanguage;
  return true;
}

async function runOperation(
  operations: Operations,
  { extra, subscriptions }: ConnectionContext,
  payload: SubscribePayload,
): Promise<Answer | GraphQLError[]> {
  if (Object.keys(subscriptions).length > MAX_OPERATIONS) return [tooManyOperations()];
  const unstorable = unstorableText(payload);
  if (unstorable) return [new CodedError(unstorable.code, unstorable)];
  const isSubscription = operations.typeOf(payload) === OperationTypeNode.SUBSCRIPTION;
  // A query after a subscription reads only once it has begun, so nothing falls between the two.
  if (!isSubscription) await extra.begun;
  const context = contextOf(operations, extra);
  if (context === null || !extra.session?.isLive()) return [new CodedError('UNAUTHENTICATED')];
  const running = operations.run(payload, context);
  if (isSubscription) extra.begun = Promise.all([extra.begun, running]).then(() => {});
  return running;
}

function contextOf(operations: Operations, { session, acceptLanguage }: Connection): RequestContext | null {
  return session && operations.contextFor(session.viewer, acceptLanguage);
}

/** What fails unexpectedly fails for its operation; thrown on, it would close the socket with all of them. */
function failure(error: unknown): GraphQLError[] {
  return [new GraphQLError('Internal error', { originalError: error instanceof Error ? error : undefined })];
}

const ANY_OPERATION = parse('{ __typename }');

async function send({ socket, session, unread }: Connection, text: string): Promise<void> {
  if (session && !session.isLive()) return;
  if (socket.readyState !== socket.OPEN) return;
  if (socket.bufferedAmount > MAX_BUFFERED) return end(socket, TRY_AGAIN_LATER, 'Too slow');
  const release = session ? unread.add(identityOf(session.viewer), text.length) : () => {};
  if (release === null) return end(socket, TRY_AGAIN_LATER, 'Too slow');
  socket.once('close', release);
  await new Promise<void>((resolve) => socket.send(text, () => resolve()));
  socket.off('close', release);
  release();
}

function end(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason);
  setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS).unref();
}

function tooManyOperations(): CodedError {
  return new CodedError('LIMIT_EXCEEDED', {
    reason: 'LIMIT_SUBSCRIPTIONS',
    variables: { maximum: MAX_OPERATIONS },
    extensions: { limit: 'operations', maximum: MAX_OPERATIONS },
  });
}
