import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';
import type { AnsweredRequest } from '../context/request-record.js';
import type { PoolUse } from '../database/pool-use.js';

/** Operations with a series of their own, first come, first served; clients choose the names. */
const MAX_OPERATIONS = 100;
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export interface Metrics {
  observe(request: AnsweredRequest): void;
  /** Adds a number that is read whenever the metrics are. */
  gauge(name: string, help: string, read: () => number): void;
  /** Where Prometheus fetches them. */
  readonly port: number;
  close(): Promise<void>;
}

/** Metrics for Prometheus at `/metrics` on a port of their own, which clients have no business with. */
export async function openMetrics(
  { host, port }: { readonly host: string; readonly port: number },
  poolUse: () => readonly PoolUse[],
): Promise<Metrics> {
  const { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } = await import('prom-client');
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'merzili_request_duration_seconds',
    help: 'Time from a request to its answer, by name of the operation',
    labelNames: ['operation'],
    buckets: BUCKETS,
    registers: [registry],
  });
  const requests = new Counter({
    name: 'merzili_requests_total',
    help: 'Requests answered, by HTTP status',
    labelNames: ['status'],
    registers: [registry],
  });
  const errors = new Counter({
    name: 'merzili_errors_total',
    help: 'Errors answered, by code',
    labelNames: ['code'],
    registers: [registry],
  });
  const cost = new Counter({
    name: 'merzili_cost_total',
    help: 'Units of cost used',
    registers: [registry],
  });
  for (const [name, help, read] of [
    [
      'merzili_pool_busy',
      'Statements under way or waiting, by audience and pool',
      (use: PoolUse) => use.busy,
    ],
    ['merzili_pool_connections', 'Connections open, by audience and pool', (use: PoolUse) => use.open],
  ] as const) {
    new Gauge({
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
  }

  const timers = new Map<string, (seconds: number) => void>();
  function timerOf(operation: string): (seconds: number) => void {
    const known = timers.get(operation);
    if (known) return known;
    if (timers.size >= MAX_OPERATIONS) return timerOf('(other)');
    const labelled = durations.labels(operation);
    const timer = (seconds: number): void => labelled.observe(seconds);
    timers.set(operation, timer);
    return timer;
  }
  timerOf('(other)');

  const server = await serve(registry, host, port);
  const address = server.address();
  return {
    observe(request) {
      timerOf(request.operation ?? '(anonymous)')(request.durationMs / 1000);
      requests.inc({ status: String(request.status) });
      for (const code of request.codes) errors.inc({ code });
      cost.inc(request.cost);
    },
    gauge(name, help, read) {
      new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(read());
        },
      });
    },
    port: typeof address === 'object' && address !== null ? address.port : port,
    async close() {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}

async function serve(registry: Registry, host: string, port: number): Promise<Server> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'Content-Type': registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}
