import type { IncomingMessage, Server } from 'node:http';
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
import { CodedError } from '../common/errors.js';
import type { Operations } from './operations.js';
import type { Session, Sessions } from './session.js';

/** Operations under way on one socket at the most. */
export const MAX_OPERATIONS = 128;
/** How long a client may take to send its token. */
const INIT_TIMEOUT_MS = 5_000;
const PING_MS = 12_000;
/** Bytes that may wait in a socket; a client that takes them too slowly is cut off, and resumes by cursor. */
const MAX_BUFFERED = 1024 * 1024;
/** How long a socket that is being closed may take to say goodbye. */
const FAREWELL_MS = 2_000;
const GOING_AWAY = 1001;
/** The one close code that tells a client to come back later. */
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

export interface WebSocketParts {
  readonly schema: GraphQLSchema;
  readonly operations: Operations;
  readonly sessions: Sessions;
  /** Longest message, in bytes. */
  readonly maxMessageBytes: number;
  readonly logger: Logger;
}

/** What is known of one socket. */
interface Connection {
  readonly socket: WebSocket;
  acceptLanguage: string | undefined;
  session: Session | null;
  /** Resolves once every subscription asked for so far has begun, or been refused. */
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
  const protocol = speak(parts);
  const waitingForPong = new WeakSet<WebSocket>();

  http.on('upgrade', (request, stream, head) => {
    stream.on('error', () => {});
    if (request.url?.split('?', 1)[0] !== '/graphql') {
      stream.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    server.handleUpgrade(request, stream, head, (socket) => accept(socket, request));
  });

  function accept(socket: WebSocket, request: IncomingMessage): void {
    const connection: Connection = {
      socket,
      acceptLanguage: request.headers['accept-language'],
      session: null,
      begun: Promise.resolve(),
    };
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => send(connection, text),
        close: (code, reason) => end(socket, code ?? CloseCode.InternalServerError, reason ?? ''),
        onMessage: (take) => {
          socket.on('message', (data) => {
            take(String(data)).catch((error: unknown) => {
              parts.logger.error({ err: error }, 'socket failed');
              end(socket, CloseCode.InternalServerError, 'Internal server error');
            });
          });
        },
      },
      connection,
    );
    socket.on('pong', () => waitingForPong.delete(socket));
    // Frames that are none, or too long: the socket closes itself, with the code that says so.
    socket.on('error', () => {});
    socket.once('close', (code, reason) => {
      connection.session?.close();
      void closed(code, String(reason));
    });
  }

  const pinging = setInterval(() => {
    for (const socket of server.clients) {
      if (waitingForPong.has(socket)) {
        socket.terminate();
        continue;
      }
      waitingForPong.add(socket);
      if (socket.readyState === socket.OPEN) socket.ping();
    }
  }, PING_MS);
  pinging.unref();

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

/** The protocol, with our own doors in place of the library's. */
function speak({ schema, operations, sessions }: WebSocketParts) {
  const refusals = new WeakMap<readonly GraphQLError[], readonly GraphQLFormattedError[]>();

  function contextOf({ session, acceptLanguage }: Connection) {
    return session && operations.contextFor(session.viewer, acceptLanguage);
  }

  async function connect({ connectionParams, extra }: ConnectionContext): Promise<boolean> {
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
    extra.acceptLanguage = acceptLanguage ?? extra.acceptLanguage;
    return true;
  }

  /** The operation is run here; what it answers travels to the library's executor as the context. */
  async function begin(
    { extra, subscriptions }: ConnectionContext,
    payload: SubscribePayload,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    if (Object.keys(subscriptions).length > MAX_OPERATIONS) return [tooMany()];
    const isSubscription = operations.typeOf(payload) === OperationTypeNode.SUBSCRIPTION;
    // What is read after subscribing misses nothing that the subscription does not tell.
    if (!isSubscription) await extra.begun;
    const context = contextOf(extra);
    if (context === null || !extra.session?.isLive()) return [new CodedError('UNAUTHENTICATED')];
    const running = operations.run(payload, context);
    if (isSubscription) extra.begun = Promise.all([extra.begun, running]).then(() => {});
    const answer = await running;
    if (answer.kind === 'refused') {
      const errors = answer.errors.map(({ message }) => new GraphQLError(message));
      refusals.set(errors, answer.errors);
      return errors;
    }
    const contextValue = answer.kind === 'once' ? answer.result : answer.events;
    return { schema, document: ANY_OPERATION, contextValue };
  }

  return makeServer<Record<string, unknown> | undefined, Connection>({
    connectionInitWaitTimeout: INIT_TIMEOUT_MS,
    onConnect: connect,
    onSubscribe: (context, _id, payload) => begin(context, payload),
    // biome-ignore lint/suspicious/noExplicitAny: the library's own type of what an executor answers
    execute: ({ contextValue }): any => contextValue,
    onNext: (_context, _id, _payload, _args, result) => result as never,
    onError: ({ extra }, _id, _payload, errors) => {
      const known = refusals.get(errors);
      if (known) return known;
      const context = contextOf(extra);
      return context ? operations.formatErrors(errors, context) : [];
    },
  });
}

const ANY_OPERATION = parse('{ __typename }');

async function send({ socket, session }: Connection, text: string): Promise<void> {
  if (session && !session.isLive()) return;
  if (socket.readyState !== socket.OPEN) return;
  if (socket.bufferedAmount > MAX_BUFFERED) return end(socket, TRY_AGAIN_LATER, 'Too slow');
  await new Promise<void>((resolve) => socket.send(text, () => resolve()));
}

function end(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason);
  setTimeout(() => socket.terminate(), FAREWELL_MS).unref();
}

function tooMany(): CodedError {
  return new CodedError('LIMIT_EXCEEDED', {
    reason: 'LIMIT_SUBSCRIPTIONS',
    variables: { maximum: MAX_OPERATIONS },
    extensions: { limit: 'operations', maximum: MAX_OPERATIONS },
  });
}
