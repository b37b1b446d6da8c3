import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context, Span, Tracer } from '@opentelemetry/api';
import { Kind } from 'graphql';
import type { AnsweredRequest } from '../context/request-record.js';
import type { Readers } from '../database/readers.js';
import type { Writers } from '../database/writers.js';
import type { ExecutionRequest } from '../execution/execution-request.js';
import type { ExecuteQuery } from '../execution/query-executor.js';

/** How long sending the last traces may take when the server stops. */
const CLOSE_TIMEOUT_MS = 2_000;

/** Traces of requests: the HTTP request, its root fields, and their statements. Never texts or values. */
interface Tracing {
  execute(execute: ExecuteQuery): ExecuteQuery;
  read(read: Readers['read']): Readers['read'];
  write(write: Writers['write']): Writers['write'];
  /** Ends the trace of a request. */
  onAnswer(request: AnsweredRequest): void;
  close(): Promise<void>;
}

type OpenTelemetry = typeof import('@opentelemetry/api');

/** Sends traces to an OpenTelemetry collector over HTTP. Its libraries are loaded only here. */
export async function openTracing(endpoint: string): Promise<Tracing> {
  const api = await import('@opentelemetry/api');
  const { BasicTracerProvider, BatchSpanProcessor } = await import('@opentelemetry/sdk-trace-base');
  const { resourceFromAttributes } = await import('@opentelemetry/resources');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'merzili' }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  return new RequestTracing(api, provider.getTracer('merzili'), () => provider.shutdown());
}

/** One span for each request, root field, and statement or transaction. */
class RequestTracing implements Tracing {
  private readonly parents = new AsyncLocalStorage<Context>();
  private readonly requests = new Map<string, Span>();

  constructor(
    private readonly api: OpenTelemetry,
    private readonly tracer: Tracer,
    private readonly shutdown: () => Promise<void>,
  ) {}

  execute(execute: ExecuteQuery): ExecuteQuery {
    return async (request) => {
      const { trace, ROOT_CONTEXT } = this.api;
      const server = this.startRequest(request);
      const parent = trace.setSpan(ROOT_CONTEXT, server);
      const fields = this.startRootFields(request, parent);
      const [first = server] = fields;
      try {
        return await this.parents.run(trace.setSpan(parent, first), () => execute(request));
      } finally {
        for (const field of fields) field.end();
      }
    };
  }

  read(read: Readers['read']): Readers['read'] {
    return (audience, statement, isHeavy, time) => {
      const parent = this.parents.getStore();
      if (!parent) return read(audience, statement, isHeavy, time);
      const attributes = {
        'db.system.name': 'postgresql',
        'db.operation.name': 'SELECT',
        'merzili.pool': isHeavy ? 'heavy' : 'quick',
        'merzili.audience': audience,
        ...(statement.name ? { 'merzili.statement': statement.name } : {}),
      };
      const span = this.tracer.startSpan('SELECT', { kind: this.api.SpanKind.CLIENT, attributes }, parent);
      return this.within(span, parent, () => read(audience, statement, isHeavy, time));
    };
  }

  write(write: Writers['write']): Writers['write'] {
    return (nation, work, options) => {
      const parent = this.parents.getStore();
      if (!parent) return write(nation, work, options);
      const attributes = { 'db.system.name': 'postgresql', 'merzili.audience': nation };
      const kind = this.api.SpanKind.CLIENT;
      const span = this.tracer.startSpan('TRANSACTION', { kind, attributes }, parent);
      return this.within(span, parent, () => write(nation, work, options));
    };
  }

  onAnswer({ requestId, status, codes, cost }: AnsweredRequest): void {
    const span = this.requests.get(requestId);
    if (!span) return;
    this.requests.delete(requestId);
    span.setAttributes({ 'http.response.status_code': status, 'merzili.cost': cost });
    if (codes.length > 0) span.setAttribute('error.type', codes.join(' '));
    if (status >= 500) span.setStatus({ code: this.api.SpanStatusCode.ERROR });
    span.end();
  }

  async close(): Promise<void> {
    for (const span of this.requests.values()) span.end();
    await Promise.race([
      this.shutdown().catch(() => {}),
      new Promise((resolve) => setTimeout(resolve, CLOSE_TIMEOUT_MS).unref()),
    ]);
  }

  private startRequest({ context, operation }: ExecutionRequest): Span {
    const { ROOT_CONTEXT, SpanKind } = this.api;
    const span = this.tracer.startSpan(
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
    this.requests.set(context.requestId, span);
    return span;
  }

  /** One statement answers all root fields of a query, so their spans begin and end together. */
  private startRootFields({ operation }: ExecutionRequest, parent: Context): Span[] {
    const type = { query: 'Query', mutation: 'Mutation', subscription: 'Subscription' }[operation.operation];
    return operation.selectionSet.selections.flatMap((selection) =>
      selection.kind === Kind.FIELD
        ? [this.tracer.startSpan(`${type}.${selection.name.value}`, {}, parent)]
        : [],
    );
  }

  private async within<T>(span: Span, parent: Context, work: () => Promise<T>): Promise<T> {
    const { trace, SpanStatusCode } = this.api;
    try {
      return await this.parents.run(trace.setSpan(parent, span), work);
    } catch (error) {
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  }
}
