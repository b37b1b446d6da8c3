import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';
import { ERROR_STATUS } from '../common/errors.js';
import { listenAt } from '../common/listen.js';
import type { AnsweredRequest } from '../context/request-record.js';
import type { PoolUse } from '../database/pool-use.js';

/** Maximum number of operations with a time series of their own. */
const MAX_OPERATIONS = 100;
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface Metrics {
  observe(request: AnsweredRequest): void;
  /** Adds a gauge that is read at every scrape. */
  gauge(name: string, help: string, read: () => number): void;
  /** The port that Prometheus scrapes. */
  readonly port: number;
  /** Serves what `read` answers at `/readyz`, with 200 if it is ready and 503 if not. */
  publishReadiness(read: ReadReadiness): void;
  close(): Promise<void>;
}

type ReadReadiness = () => Promise<{ readonly isReady: boolean }>;

type PromClient = typeof import('prom-client');

/** Serves metrics for Prometheus at `/metrics`, on a separate port that clients do not reach. */
export async function openMetrics(
  { host, port }: { readonly host: string; readonly port: number },
  poolUse: () => readonly PoolUse[],
): Promise<Metrics> {
  const client = await import('prom-client');
  const registry = new client.Registry();
  client.collectDefaultMetrics({ register: registry });
  observePools(client, registry, poolUse);
  const observe = requestObserver(client, registry);
  let readReadiness: ReadReadiness = async () => ({ isReady: false });
  const server = metricsServer(registry, () => readReadiness());
  const boundPort = await listenAt(server, { host, port, portVariable: 'MERZILI_METRICS_PORT' });
  return {
    observe,
    gauge(name, help, read) {
      new client.Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(read());
        },
      });
    },
    publishReadiness(read) {
      readReadiness = read;
    },
    port: boundPort,
    async close() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}

/** Counts requests, errors and cost, and measures durations by operation. */
function requestObserver(client: PromClient, registry: Registry): Metrics['observe'] {
  const registers = [registry];
  const duration = durationObserver(client, registry);
  const requests = new client.Counter({
    name: 'merzili_requests_total',
    help: 'Requests answered, by HTTP status',
    labelNames: ['status'],
    registers,
  });
  const errors = new client.Counter({
    name: 'merzili_errors_total',
    help: 'Errors answered, by code',
    labelNames: ['code'],
    registers,
  });
  const cost = new client.Counter({ name: 'merzili_cost_total', help: 'Units of cost used', registers });
  // Prometheus sees no increase in the first value of a series, so each starts at 0.
  for (const status of new Set([200, ...Object.values(ERROR_STATUS)]))
    requests.inc({ status: String(status) }, 0);
  for (const code of Object.keys(ERROR_STATUS)) errors.inc({ code }, 0);
  return (request) => {
    duration(request.operation ?? '(anonymous)', request.durationMs / 1000);
    requests.inc({ status: String(request.status) });
    for (const code of request.codes) errors.inc({ code });
    cost.inc(request.cost);
  };
}

/** Clients choose operation names. All beyond the first {@link MAX_OPERATIONS} share one time series. */
function durationObserver(
  client: PromClient,
  registry: Registry,
): (operation: string, seconds: number) => void {
  const durations = new client.Histogram({
    name: 'merzili_request_duration_seconds',
    help: 'Time from a request to its answer, by name of the operation',
    labelNames: ['operation'],
    buckets: BUCKETS,
    registers: [registry],
  });
  const others = durations.labels('(other)');
  const series = new Map([['(other)', others]]);
  return (operation, seconds) => {
    let one = series.get(operation);
    if (!one && series.size < MAX_OPERATIONS) {
      one = durations.labels(operation);
      series.set(operation, one);
    }
    (one ?? others).observe(seconds);
  };
}

function observePools(client: PromClient, registry: Registry, poolUse: () => readonly PoolUse[]): void {
  const gauge = (name: string, help: string, read: (use: PoolUse) => number | undefined): void => {
    new client.Gauge({
      name,
      help,
      labelNames: ['audience', 'pool'],
      registers: [registry],
      collect() {
        for (const use of poolUse()) {
          const value = read(use);
          if (value !== undefined) this.set({ audience: use.audience, pool: use.pool }, value);
        }
      },
    });
  };
  gauge('merzili_pool_busy', 'Statements under way or waiting, by audience and pool', ({ busy }) => busy);
  gauge('merzili_pool_connections', 'Connections open, by audience and pool', ({ open }) => open);
}

function metricsServer(registry: Registry, readReadiness: ReadReadiness): Server {
  return createServer((request, response) => {
    if (request.method === 'GET' && request.url === '/readyz') {
      readReadiness().then(
        (readiness) =>
          response
            .writeHead(readiness.isReady ? 200 : 503, { 'Content-Type': 'application/json; charset=utf-8' })
            .end(JSON.stringify(readiness)),
        () => response.writeHead(500).end(),
      );
      return;
    }
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
}
