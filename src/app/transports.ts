import type { Server } from 'node:http';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { DemoIssuer } from '../auth/demo-issuers.js';
import type { Config } from '../common/config.js';
import { PACKAGE_ROOT } from '../common/package-root.js';
import { DEMO_IDENTITIES, mintDemoToken } from '../graphiql/demo.js';
import { type GraphiqlOptions, graphiqlHandler } from '../graphiql/graphiql.js';
import { type LiveEvents, openLiveEvents } from '../http/live-events.js';
import { createOrigins, type Origins } from '../http/origins.js';
import { createHttpServer } from '../http/server.js';
import { createUnreadAnswers } from '../http/unread-answers.js';
import { createWaitingBytes } from '../http/waiting-bytes.js';
import type { WebSocketTransport } from '../http/websocket.transport.js';
import type { Access } from './access.js';
import type { Api } from './api.js';
import type { Pools } from './database.js';
import type { DisposalStack } from './disposal-stack.js';
import type { LoginWatch } from './login-watch.js';
import { openMigrationCheck } from './migration-check.js';
import type { Observability } from './observability.js';
import { readReadiness } from './readiness.js';

const GRAPHIQL_ASSETS = join(PACKAGE_ROOT, 'dist/graphiql');

/** The HTTP server and its transports, before they listen. */
export interface Transports {
  readonly http: Server;
  readonly streams: LiveEvents['streams'];
  readonly sockets: WebSocketTransport;
}

export function openTransports(
  config: Config,
  api: Api,
  access: Access,
  pools: Pools,
  logins: LoginWatch,
  observability: Observability,
  stack: DisposalStack,
): Transports {
  const { logger, onAnswer } = observability;
  const { verifier, keys } = access;
  const { readers, serviceLogin } = pools;
  const origins = createOrigins(config);
  const waiting = createWaitingBytes();
  const unread = createUnreadAnswers();
  observability.observeUnreadAnswers(unread);
  const live = openLiveEvents({
    ...api,
    origins,
    waiting,
    unread,
    serviceLogin,
    read: readers.read,
    verifier,
    onAnswer,
    logger,
  });
  observability.observeLiveEvents(live);
  stack.defer(() => live.close());
  const migrations = openMigrationCheck(serviceLogin);
  stack.defer(() => migrations.close());
  const readiness = () => readReadiness(readers, migrations, logins, keys);
  observability.publishReadiness(readiness);
  const http = createHttpServer({
    waiting,
    origins,
    unread,
    graphql: api.graphql,
    trustedDocuments: api.trustedDocuments,
    verifier,
    streams: live.streams,
    graphiql: graphiqlHandler(graphiqlOptions(access.demo, origins, logger)),
    isReady: async () => (await readiness()).isReady,
    onAnswer,
    logger,
  });
  return { http, streams: live.streams, sockets: live.openWebSockets(http) };
}

function graphiqlOptions(
  demo: readonly DemoIssuer[] | null,
  origins: Origins,
  logger: Logger,
): GraphiqlOptions {
  if (demo === null) return { assetsDir: GRAPHIQL_ASSETS, demo: false };
  return {
    assetsDir: GRAPHIQL_ASSETS,
    demo: true,
    origins,
    identities: DEMO_IDENTITIES,
    mint: (identity) => mintDemoToken(demo, identity),
    onError: (error) => logger.error({ err: error }, 'demo token not minted'),
  };
}
