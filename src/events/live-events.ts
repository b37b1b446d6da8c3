import type { Server } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Verifier } from '../access/verifier.js';
import type { RequestContext } from '../context.js';
import type { Readers } from '../database/readers.js';
import type { Budget } from '../demand/budget.js';
import type { CostOf } from '../demand/cost.js';
import type { Documents } from '../demand/documents.js';
import type { TrustedDocuments } from '../demand/trusted-documents.js';
import type { PresentErrors } from '../error-exit.js';
import { CodedError } from '../errors.js';
import type { Model } from '../read/model.js';
import type { AnsweredRequest } from '../watch/request-record.js';
import { openEventLog } from './event-log.js';
import { createSubscriptionExecutor } from './executor.js';
import { createFeed } from './feed.js';
import { openListener } from './listener.js';
import { createOperations } from './operations.js';
import { openSessions } from './session.js';
import { openSettler } from './settler.js';
import { createSse, type SseTransport } from './sse.transport.js';
import { openWebSockets, type WebSocketTransport } from './websocket.transport.js';

/** Messages of sockets are at most as long as bodies of requests, in bytes. */
const LONGEST_MESSAGE = 100 * 1024;

export interface LiveEventsParts {
  readonly schema: GraphQLSchema;
  readonly model: Model;
  /** Connection of a role that sees no rows, for hearing that something happened and putting it in order. */
  readonly listenUrl: string;
  readonly read: Readers['read'];
  readonly verifier: Verifier;
  readonly graphql: ApolloServer<RequestContext>;
  readonly documents: Documents;
  readonly trustedDocuments: TrustedDocuments | null;
  readonly costOf: CostOf;
  readonly budget: Budget;
  readonly mayIntrospect: (scopes: RequestContext['viewer']['scopes']) => boolean;
  readonly presentErrors: PresentErrors;
  readonly onAnswer: (request: AnsweredRequest) => void;
  readonly logger: Logger;
}

/** Everything that outlives a request: the feed of events, and the connections it goes out on. */
export interface LiveEvents {
  readonly streams: SseTransport;
  openWebSockets(http: Server): WebSocketTransport;
  use(): { readonly subscriptions: number; readonly sessions: number; readonly lagSeconds: number };
  close(): Promise<void>;
}

export function openLiveEvents(parts: LiveEventsParts): LiveEvents {
  const { schema, model, logger, presentErrors: present } = parts;
  const settler = openSettler(parts.listenUrl);
  const log = openEventLog(parts.read, settler.settle);
  const feed = createFeed(log, (error) => {
    if (!(error instanceof CodedError)) logger.error({ err: error }, 'events not read');
  });
  const listener = openListener(parts.listenUrl, 'incident_event', () => feed.look());
  const subscriptions = createSubscriptionExecutor(schema, model, { ...parts, log, feed, present });
  const operations = createOperations({ ...parts, subscriptions, present });
  const sessions = openSessions(parts.verifier);
  const streams = createSse(operations, sessions);

  return {
    streams,
    openWebSockets: (http) =>
      openWebSockets(http, { schema, operations, sessions, longestMessage: LONGEST_MESSAGE, logger }),
    use: () => ({
      subscriptions: subscriptions.size,
      sessions: sessions.size,
      lagSeconds: feed.lagMs() / 1000,
    }),
    async close() {
      subscriptions.close();
      sessions.close();
      feed.close();
      await Promise.all([listener.close(), settler.close()]);
    },
  };
}
