import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context, Span } from '@opentelemetry/api';
import { Kind } from 'graphql';
import type { AnsweredRequest } from '../context/request-record.js';
import type { Readers } from '../database/readers.js';
import type { Writers } from '../database/writers.js';
import type { ExecuteQuery } from '../execution/query-executor.js';

/** How long the last traces may take to be sent when the server stops. */
const CLOSE_TIMEOUT_MS = 2_000;

/** Traces of requests: what arrives over HTTP, its root fields, and their statements. Never texts or values. */
export interface Tracing {
  execute(execute: ExecuteQuery): ExecuteQuery;
  read(read: Readers['read']): Readers['read'];
  write(write: Writers['write']): Writers['write'];
  /** Ends the trace of a request. */
  onAnswer(request: AnsweredRequest): void;
  close(): Promise<void>;
}

/** Sends traces to an OpenTelemetry collector over HTTP. Its libraries are loaded here and nowhere else. */
export async function openTracing(endpoint: string): Promise<Tracing> {
  const { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } = await import('@opentelemetry/api');
  const { BasicTracerProvider, BatchSpanProcessor } = await import('@opentelemetry/sdk-trace-base');
  const { resourceFromAttributes } = await import('@opentelemetry/resources');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'merzili' }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  const tracer = provider.getTracer('merzili');
  const parents = new AsyncLocalStorage<Context>();
  const requests = new Map<string, Span>();

  async function within<T>(span: Span, parent: Context, work: () => Promise<T>): Promise<T> {
    try {
      return await parents.run(trace.setSpan(parent, span), work);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  }

  return {
    execute: (execute) => async (request) => {
      const { context, operation } = request;
      const server = tracer.startSpan(
        `${operation.operation} ${operation.name?.value ?? '(anonymous)'}`,
        {
          kind: SpanKind.SERVER,
          startTime: context.record?.startedAt,
          attributes: {
            'graphql.operation.type': operation.operation,
            'merzili.request_id': context.requestId,
          },
        },
        ROOT_CONTEXT,
      );
      requests.set(context.requestId, server);
      const parent = trace.setSpan(ROOT_CONTEXT, server);
      const type = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' }[
        operation.operation
      ];
      // One statement answers all root fields of a query, so that they begin and end together.
      const fields = operation.selectionSet.selections.flatMap((selection) =>
        selection.kind === Kind.FIELD
          ? [tracer.startSpan(`${type}.${selection.name.value}`, {}, parent)]
          : [],
      );
      const [first = server] = fields;
      try {
        return await parents.run(trace.setSpan(parent, first), () => execute(request));
      } finally {
        for (const field of fields) field.end();
      }
    },
    read: (read) => (audience, statement, isHeavy, time) => {
      const parent = parents.getStore();
      if (!parent) return read(audience, statement, isHeavy, time);
      const span = tracer.startSpan(
        'SELECT',
        {
          kind: SpanKind.CLIENT,
          attributes: {
            'db.system.name': 'postgresql',
            'db.operation.name': 'SELECT',
            'merzili.pool': isHeavy ? 'heavy' : 'quick',
            'merzili.audience': audience,
            ...(statement.name ? { 'merzili.statement': statement.name } : {}),
          },
        },
        parent,
      );
      return within(span, parent, () => read(audience, statement, isHeavy, time));
    },
    write: (write) => (nation, work, options) => {
      const parent = parents.getStore();
      if (!parent) return write(nation, work, options);
      const attributes = { 'db.system.name': 'postgresql', 'merzili.audience': nation };
      const span = tracer.startSpan('TRANSACTION', { kind: SpanKind.CLIENT, attributes }, parent);
      return within(span, parent, () => write(nation, work, options));
    },
    onAnswer({ requestId, status, codes, cost }) {
      const span = requests.get(requestId);
      if (!span) return;
      requests.delete(requestId);
      span.setAttributes({ 'http.response.status_code': status, 'merzili.cost': cost });
      if (codes.length > 0) span.setAttribute('error.type', codes.join(' '));
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
    async close() {
      for (const span of requests.values()) span.end();
      await Promise.race([
        provider.shutdown().catch(() => {}),
        new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref()),
      ]);
    },
  };
}
