import 'reflect-metadata';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { type DemoIssuer, openDemoIssuers } from '../auth/demo-issuers.js';
import { type Issuer, loadIssuers } from '../auth/issuers.js';
import { openKeyStore } from '../auth/jwks.js';
import { createVerifier } from '../auth/verifier.js';
import type { Viewer } from '../auth/viewer.js';
import { type Config, withConfigContext } from '../common/config.js';
import { PACKAGE_ROOT } from '../common/package-root.js';
import type { AnsweredRequest } from '../context/request-record.js';
import { startEmbedded } from '../database/embedded/start.js';
import { openReaders } from '../database/readers.js';
import { DEMAND_ROLE, loginUrl } from '../database/roles.js';
import { openWriters } from '../database/writers.js';
import { createBudget } from '../demand/budget.js';
import { createCostOf } from '../demand/cost.js';
import { openDocuments } from '../demand/documents.js';
import { openTokenReservations } from '../demand/token-reservations.js';
import { loadTrustedDocuments } from '../demand/trusted-documents.js';
import { createErrorFormatter } from '../execution/error-formatter.js';
import { metered } from '../execution/metering.js';
import { createMutationExecutor, executeByOperation } from '../execution/mutation-executor.js';
import { createQueryExecutor } from '../execution/query-executor.js';
import { openListener } from '../feed/listener.js';
import { DEMO_IDENTITIES, mintDemoToken } from '../graphiql/demo.js';
import { type GraphiqlOptions, graphiqlHandler } from '../graphiql/graphiql.js';
import { createGraphqlServer } from '../http/graphql-server.js';
import { openLiveEvents } from '../http/live-events.js';
import { createHttpServer } from '../http/server.js';
import { watchUnusedConnections } from '../http/unused-connections.js';
import { importShippedData } from '../imports/shipped.import.js';
import { followRevocations } from '../modules/tokens/revocations.js';
import { logRequest, openLog } from '../observability/log.js';
import { openMetrics } from '../observability/metrics.js';
import { openTracing } from '../observability/tracing.js';
import { createPlanCache } from '../planner/plan-cache.js';
import { migrate } from './migrate.js';
import { createSchema } from './schema.js';

const GRAPHIQL_ASSETS = join(PACKAGE_ROOT, 'dist/graphiql');
/** How long requests under way may take to end when the server stops; then they are told to come again. */
const DRAIN_MS = 4_000;
/** How long their clients get to hear it. */
const FAREWELL_MS = 1_500;

/** A running server. */
export interface Running {
  /** Where it is to be had, such as http://127.0.0.1:4000. */
  readonly url: string;
  readonly isDemo: boolean;
  /** Ends it in order: no new requests, those under way answered, then the database. Again does nothing. */
  stop(): Promise<void>;
}

/** Boots a server; `tell` hears in a line each what the operator may want to know. */
export async function startServer(config: Config, tell: (line: string) => void): Promise<Running> {
  const log = openLog(config.logLevel);
  const { logger } = log;
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async (): Promise<void> => {
    for (const stop of stops.splice(0).reverse()) await stop();
    await log.end();
  };
  try {
    const { ownerUrl, secret } = await openDatabase(config, tell, stops);
    const owner = await migrate(ownerUrl, secret);
    await importShippedData(owner).finally(() => owner.destroy());

    const readers = openReaders(ownerUrl, secret);
    stops.push(() => readers.close());
    const writers = openWriters(ownerUrl, secret);
    stops.push(() => writers.close());
    const reservations = openTokenReservations(loginUrl(ownerUrl, secret, DEMAND_ROLE), config.cost);
    stops.push(() => reservations.close());
    const metrics =
      config.metricsPort === null
        ? null
        : await openMetrics({ host: config.host, port: config.metricsPort }, () => [
            ...readers.use(),
            ...writers.use(),
          ]);
    if (metrics) {
      stops.push(() => metrics.close());
      tell(`Metrics at port ${metrics.port}`);
    }
    const tracing = config.tracesEndpoint === null ? null : await openTracing(config.tracesEndpoint);
    if (tracing) stops.push(() => tracing.close());
    const read = tracing ? tracing.read(readers.read) : readers.read;
    const write = tracing ? tracing.write(writers.write) : writers.write;
    const { issuers, demo } = await openIssuers(config);
    const keys = await openKeyStore(issuers, { onStatus: (status) => logStatus(logger, status) });
    stops.push(async () => keys.close());
    const revocations = await followRevocations(issuers, readers.read);
    stops.push(async () => revocations.close());
    const verifier = createVerifier({ keys, issuers, isRevoked: revocations.isRevoked });

    const { schema, model } = createSchema();
    const mayIntrospect = (scopes: Viewer['scopes']): boolean =>
      !config.isProduction || scopes.has('schema:introspect');
    const plans = createPlanCache(schema, model);
    const executeQuery = createQueryExecutor(schema, { plans, read, mayIntrospect });
    const listenUrl = loginUrl(ownerUrl, secret, DEMAND_ROLE);
    const reference = openListener(listenUrl, 'reference', plans.forgetReference);
    stops.push(() => reference.close());
    const executeMutation = createMutationExecutor(schema, { plans, read, write, mayIntrospect });
    const executeOperation = executeByOperation(executeQuery, executeMutation);
    const costOf = createCostOf(schema);
    const budget = createBudget(config.cost, reservations.take);
    const metering = metered(executeOperation, costOf, budget);
    const execute = tracing ? tracing.execute(metering) : metering;
    const documents = openDocuments(schema);
    const formatErrors = createErrorFormatter(mayIntrospect, logger);
    const graphql = createGraphqlServer({ schema, documents, execute, formatErrors, logger });
    await graphql.start();
    stops.push(() => graphql.stop());
    const trustedDocuments = config.trustedDocumentsFile
      ? await loadTrustedDocuments(config.trustedDocumentsFile)
      : null;
    const onAnswer = (request: AnsweredRequest): void => {
      logRequest(logger, request);
      metrics?.observe(request);
      tracing?.onAnswer(request);
    };

    const live = openLiveEvents({
      schema,
      plans,
      listenUrl,
      read: readers.read,
      verifier,
      graphql,
      documents,
      trustedDocuments,
      costOf,
      budget,
      mayIntrospect,
      formatErrors,
      onAnswer,
      logger,
    });
    metrics?.gauge('merzili_subscriptions', 'Subscriptions open', () => live.use().subscriptions);
    metrics?.gauge(
      'merzili_event_lag_seconds',
      'Time since the feed furthest behind had told all events there were',
      () => live.use().lagSeconds,
    );
    metrics?.gauge('merzili_sessions', 'Sockets and event streams open', () => live.use().sessions);
    stops.push(() => live.close());

    const http = createHttpServer({
      graphql,
      verifier,
      streams: live.streams,
      graphiql: graphiqlHandler(graphiqlOptions(demo, logger)),
      readiness: async () => {
        const isReady = await readers.ping();
        return {
          isReady,
          detail: { status: isReady ? 'ready' : 'database unreachable', issuers: keys.status() },
        };
      },
      trustedDocuments,
      onAnswer,
      logger,
    });
    const sockets = live.openWebSockets(http);
    const closeUnused = watchUnusedConnections(http);
    http.listen(config.port, config.host);
    await withConfigContext('HOST, PORT', once(http, 'listening'));
    stops.push(() => closeHttp(http, closeUnused, () => readers.abort()));
    stops.push(async () => {
      live.streams.close();
      await sockets.close();
    });
    const address = http.address();
    const port = typeof address === 'object' && address !== null ? address.port : config.port;
    return {
      url: `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`,
      isDemo: demo !== null,
      stop: stopAll,
    };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

/** No new requests, then time for those under way, then the refusal of what is left. */
async function closeHttp(http: Server, closeUnused: () => void, refuseRest: () => void): Promise<void> {
  const closed = once(http, 'close');
  http.close();
  http.closeIdleConnections();
  closeUnused();
  const patience = setTimeout(refuseRest, DRAIN_MS);
  const impatience = setTimeout(() => http.closeAllConnections(), DRAIN_MS + FAREWELL_MS);
  await closed;
  clearTimeout(patience);
  clearTimeout(impatience);
}

async function openDatabase(
  config: Config,
  tell: (line: string) => void,
  stops: (() => Promise<void>)[],
): Promise<{ ownerUrl: string; secret: string }> {
  if (config.database) return config.database;
  const embedded = await startEmbedded({ dataDir: config.dataDir, log: tell });
  stops.push(() => embedded.stop());
  return embedded;
}

async function openIssuers(
  config: Config,
): Promise<{ issuers: readonly Issuer[]; demo: readonly DemoIssuer[] | null }> {
  if (config.issuersFile) {
    return {
      issuers: await withConfigContext('MERZILI_ISSUERS', loadIssuers(config.issuersFile)),
      demo: null,
    };
  }
  const { issuers } = await openDemoIssuers(config.dataDir);
  return { issuers, demo: issuers };
}

function graphiqlOptions(demo: readonly DemoIssuer[] | null, logger: Logger): GraphiqlOptions {
  if (demo === null) return { assetsDir: GRAPHIQL_ASSETS, demo: false };
  return {
    assetsDir: GRAPHIQL_ASSETS,
    demo: true,
    identities: DEMO_IDENTITIES,
    mint: (identity) => mintDemoToken(demo, identity),
    onError: (error) => logger.error({ err: error }, 'demo token not minted'),
  };
}

function logStatus(logger: Logger, status: { issuer: string; ok: boolean; error?: string }): void {
  if (status.ok) logger.info(status, 'keys of issuer read');
  else logger.warn(status, 'keys of issuer not read; the last good ones stay in use');
}
