import type { Server } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import type { GraphQLSchema } from 'graphql';
import type { Logger } from 'pino';
import type { Verifier } from '../auth/verifier.js';
import { CodedError } from '../common/errors.js';
import type { RequestContext } from '../context/request-context.js';
import type { AnsweredRequest } from '../context/request-record.js';
import type { Readers } from '../database/readers.js';
import type { RoleLogin } from '../database/roles.js';
import type { Budget } from '../demand/budget.js';
import type { CostOf } from '../demand/cost.js';
import type { Documents } from '../demand/documents.js';
import type { TrustedDocuments } from '../demand/trusted-documents.js';
import { MAX_BODY_BYTES } from '../domain/limits.js';
import type { FormatErrors } from '../execution/error-formatter.js';
import type { ReferenceCheck } from '../execution/reference-check.js';
import { createSubscriptionExecutor } from '../execution/subscription-executor.js';
import { openEventLog } from '../feed/event-log.js';
import { createFeed } from '../feed/feed.js';
import { openListener } from '../feed/listener.js';
import { openSequencer } from '../feed/sequencer.js';
import type { PlanCache } from '../planner/plan-cache.js';
import { createOperations } from './operations.js';
import type { Origins } from './origins.js';
import { openSessions } from './session.js';
import { createSse, type SseTransport } from './sse.transport.js';
import type { UnreadAnswers } from './unread-answers.js';
import type { WaitingBytes } from './waiting-bytes.js';
import { openWebSockets, type WebSocketTransport } from './websocket.transport.js';

interface LiveEventsParts {
  readonly schema: GraphQLSchema;
  readonly plans: PlanCache;
  readonly references: ReferenceCheck;
  /** Login of a role that sees no rows, for notifications and for assigning the order of events. */
  readonly serviceLogin: RoleLogin;
  readonly read: Readers['read'];
  readonly verifier: Verifier;
  readonly origins: Origins;
  readonly waiting: WaitingBytes;
  /** Answers that clients have not read. */
  readonly unread: UnreadAnswers;
  readonly graphql: ApolloServer<RequestContext>;
  readonly documents: Documents;
  readonly trustedDocuments: TrustedDocuments | null;
  readonly costOf: CostOf;
  readonly budget: Budget;
  readonly mayIntrospect: (scopes: RequestContext['viewer']['scopes']) => boolean;
  readonly formatErrors: FormatErrors;
  readonly onAnswer: (request: AnsweredRequest) => void;
  readonly logger: Logger;
}

/** Everything that outlives a request: the feed of events, and the connections that deliver it. */
export interface LiveEvents {
  readonly streams: SseTransport;
  openWebSockets(http: Server): WebSocketTransport;
  use(): { readonly subscriptions: number; readonly sessions: number; readonly lagSeconds: number };
  close(): Promise<void>;
}

export function openLiveEvents(parts: LiveEventsParts): LiveEvents {
  const { origins, waiting, schema, logger } = parts;
  const sequencer = openSequencer(parts.serviceLogin, {
    began: (error) => logger.error({ err: error }, 'event order not assigned'),
    ended: (failures) => logger.info({ failures }, 'event order assigned again'),
  });
  const log = openEventLog(parts.read, sequencer.assignOrder);
  const feed = createFeed(log, (error) => {
    if (!(error instanceof CodedError)) logger.error({ err: error }, 'events not read');
  });
  const listener = openListener(parts.serviceLogin, 'incident_event', () => feed.poll());
  const subscriptions = createSubscriptionExecutor(schema, { ...parts, log, feed });
  const operations = createOperations({ ...parts, subscriptions });
  const sessions = openSessions(parts.verifier);
  const streams = createSse(operations, sessions, parts.unread);

  return {
    streams,
    openWebSockets: (http) =>
      openWebSockets(http, {
        origins,
        waiting,
        schema,
        operations,
        sessions,
        unread: parts.unread,
        maxMessageBytes: MAX_BODY_BYTES,
        logger,
      }),
    use: () => ({
      subscriptions: subscriptions.size,
      sessions: sessions.size,
      lagSeconds: feed.lagMs() / 1000,
    }),
    async close() {
      subscriptions.close();
      sessions.close();
      feed.close();
      await Promise.all([listener.close(), sequencer.close()]);
    },
  };
}
