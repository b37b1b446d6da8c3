import type { Logger } from 'pino';
import type { Config } from '../common/config.js';
import type { AnsweredRequest } from '../context/request-record.js';
import type { Readers } from '../database/readers.js';
import type { Writers } from '../database/writers.js';
import type { ExecuteQuery } from '../execution/query-executor.js';
import type { LiveEvents } from '../http/live-events.js';
import type { UnreadAnswers } from '../http/unread-answers.js';
import { logRequest } from '../observability/log.js';
import { type Metrics, openMetrics } from '../observability/metrics.js';
import { openTracing } from '../observability/tracing.js';
import type { Pools } from './database.js';
import type { DisposalStack } from './disposal-stack.js';
import type { Readiness } from './readiness.js';

/** Log, and metrics and traces if configured. */
export interface Observability {
  readonly logger: Logger;
  /** The same functions with tracing, if traces are exported. */
  traceRead(read: Readers['read']): Readers['read'];
  traceWrite(write: Writers['write']): Writers['write'];
  traceExecution(execute: ExecuteQuery): ExecuteQuery;
  /** Logs and counts an answered request. */
  onAnswer(request: AnsweredRequest): void;
  /** Adds the gauges of subscriptions and connections. */
  observeLiveEvents(live: LiveEvents): void;
  /** Adds the gauge of bytes that clients have not read. */
  observeUnreadAnswers(unread: UnreadAnswers): void;
  /** Serves the details of readiness at the port of the metrics, if there is one. */
  publishReadiness(read: () => Promise<Readiness>): void;
}

export async function openObservability(
  config: Config,
  logger: Logger,
  pools: Pools,
  stack: DisposalStack,
  notify: (line: string) => void,
): Promise<Observability> {
  const metrics = await openConfiguredMetrics(config, pools);
  if (metrics) {
    stack.defer(() => metrics.close());
    notify(`Metrics at port ${metrics.port}`);
  }
  const tracing = config.tracesEndpoint === null ? null : await openTracing(config.tracesEndpoint);
  if (tracing) stack.defer(() => tracing.close());
  return {
    logger,
    traceRead: (read) => (tracing ? tracing.read(read) : read),
    traceWrite: (write) => (tracing ? tracing.write(write) : write),
    traceExecution: (execute) => (tracing ? tracing.execute(execute) : execute),
    onAnswer(request) {
      logRequest(logger, request);
      metrics?.observe(request);
      tracing?.onAnswer(request);
    },
    observeLiveEvents: (live) => metrics && addLiveEventGauges(metrics, live),
    observeUnreadAnswers: (unread) =>
      metrics?.gauge(
        'merzili_unread_bytes',
        'Bytes of answers that clients have not read',
        () => unread.total,
      ),
    publishReadiness: (read) => metrics?.publishReadiness(read),
  };
}

function openConfiguredMetrics(
  { host, metricsPort: port }: Config,
  { readers, writers }: Pools,
): Promise<Metrics | null> {
  if (port === null) return Promise.resolve(null);
  return openMetrics({ host, port }, () => [...readers.use(), ...writers.use()]);
}

function addLiveEventGauges(metrics: Metrics, live: LiveEvents): void {
  metrics.gauge('merzili_subscriptions', 'Subscriptions open', () => live.use().subscriptions);
  metrics.gauge(
    'merzili_event_lag_seconds',
    'Time since the feed that is furthest behind had delivered every event',
    () => live.use().lagSeconds,
  );
  metrics.gauge('merzili_sessions', 'Sockets and event streams open', () => live.use().sessions);
}
