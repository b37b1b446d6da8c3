import { once } from 'node:events';
import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { noStatementTime } from '../../src/database/statement-time.js';
import { openLog } from '../../src/observability/log.js';
import { openMetrics } from '../../src/observability/metrics.js';
import { startApp } from '../support/app.js';
import { aReport, REPORT, succeed } from '../support/writing.js';

function logInto(lines: string[]) {
  return openLog('info', { write: (line) => lines.push(line), end: async () => {} }).logger;
}

describe('the log', () => {
  it.each([
    ['CRLF', 'a\r\n{"level":30}'],
    ['right-to-left override', 'a\u202Egnp.exe'],
    ['isolates', '\u2066x\u2069'],
    ['Unicode line ends', 'a\u2028b\u2029c\u0085d'],
    ['escape sequences', '\u001b[31mred\u009b2J'],
  ])('keeps %s on one plain line, and loses nothing', (_name, text) => {
    const lines: string[] = [];
    logInto(lines).info({ subject: text }, text);
    expect(lines).toHaveLength(1);
    expect(lines[0]?.slice(0, -1)).not.toMatch(/[\p{Cc}\u2028\u2029\p{Bidi_Control}]/u);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ subject: text, msg: text });
  });

  it('says of a database error where it was, and with none of the values', () => {
    const lines: string[] = [];
    const driverError = Object.assign(new Error('duplicate key: (title)=(gizli metin)'), {
      severity: 'ERROR',
      code: '23505',
      constraint: 'incident_pkey',
      table: 'incident',
      detail: 'Key (title)=(gizli metin) already exists.',
    });
    const failed = Object.assign(new Error(driverError.message), {
      driverError,
      query: "insert into incident values ('gizli metin')",
      parameters: ['gizli metin', 40.1234],
    });
    logInto(lines).error({ err: failed }, 'internal error');
    expect(lines[0]).not.toMatch(/gizli|insert|40\.1234/);
    expect(JSON.parse(lines[0] ?? '').err).toMatchObject({
      code: '23505',
      table: 'incident',
      constraint: 'incident_pkey',
    });
  });
});

describe('the metrics', () => {
  it('have a series for each of the first hundred operations, and one for all others', async () => {
    const metrics = await openMetrics({ host: '127.0.0.1', port: 0 }, () => [
      { audience: 'TUR', pool: 'heavy', busy: 2, open: 1 },
    ]);
    try {
      metrics.gauge('merzili_subscriptions', 'Subscriptions open', () => 7);
      for (let index = 0; index < 500; index += 1) {
        metrics.observe({
          startedAt: Date.now(),
          requestId: 'r',
          viewer: null,
          status: 200,
          durationMs: 3,
          operation: `Operation${index}`,
          cost: 2,
          time: noStatementTime(),
          composed: 0,
          codes: index === 0 ? ['FORBIDDEN'] : [],
        });
      }
      const response = await fetch(`http://127.0.0.1:${metrics.port}/metrics`);
      const text = await response.text();
      const operations = new Set(
        [...text.matchAll(/_count\{operation="([^"]+)"\}/g)].map((match) => match[1]),
      );
      expect(operations.size).toBe(100);
      expect(text).toMatch(/merzili_request_duration_seconds_count\{operation="\(other\)"\} 401/);
      expect(text).toContain('merzili_errors_total{code="FORBIDDEN"} 1');
      expect(text).toContain('merzili_cost_total 1000');
      expect(text).toContain('merzili_pool_busy{audience="TUR",pool="heavy"} 2');
      expect(text).toContain('merzili_subscriptions 7');
      expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
      expect((await fetch(`http://127.0.0.1:${metrics.port}/`)).status).toBe(404);
    } finally {
      await metrics.close();
    }
  });
});

interface Collector {
  readonly url: string;
  /** Path and text of each request. */
  readonly bodies: readonly string[];
  close(): void;
}

/** A collector of traces, which takes what it is sent. */
async function openCollector(): Promise<Collector> {
  const bodies: string[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      bodies.push(`${request.url} ${body}`);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : null;
  return { url: `http://127.0.0.1:${port}`, bodies, close: () => server.close() };
}

// biome-ignore lint/suspicious/noExplicitAny: spans are looked into as they were sent
function spansIn(bodies: readonly string[]): any[] {
  return bodies
    .flatMap((text) => JSON.parse(text.slice(text.indexOf('{'))).resourceSpans)
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans }) => spans);
}

describe('traces', () => {
  it('contain the request, its root fields and their statement, and no text', async () => {
    const collector = await openCollector();
    const app = await startApp({ config: { tracesEndpoint: collector.url } });
    await app
      .as('TUR', 'LIAISON_OFFICER')
      .query('query Desk { incident(reference: "gizli") { reference } parties { code } }');
    await app
      .as('TUR', 'LIAISON_OFFICER')
      .query(
        'query Large { incidents(first: 100) { nodes { provisions { incidents(first: 20) { nodes { reference } } } } } }',
      );
    await succeed(app.as('TUR', 'DUTY_OFFICER'), REPORT, aReport({ title: { locale: 'TR', text: 'gizli' } }));
    await app.stop();
    collector.close();
    const spans = spansIn(collector.bodies);
    const byName = new Map(spans.map((span) => [span.name, span]));
    expect([...byName.keys()].sort()).toEqual([
      'Mutation.reportIncident',
      'Query.incident',
      'Query.incidents',
      'Query.parties',
      'SELECT',
      'TRANSACTION',
      'mutation (anonymous)',
      'query Desk',
      'query Large',
    ]);
    expect(byName.get('Query.parties').parentSpanId).toBe(byName.get('query Desk').spanId);
    const ofDesk = spans.filter(({ traceId }) => traceId === byName.get('query Desk').traceId);
    expect(ofDesk.map(({ name }) => name).sort()).toEqual([
      'Query.incident',
      'Query.parties',
      'SELECT',
      'query Desk',
    ]);
    const selectOf = (field: string) =>
      spans.find(({ name, parentSpanId }) => name === 'SELECT' && parentSpanId === byName.get(field).spanId);
    const poolOf = (field: string) =>
      selectOf(field).attributes.find(({ key }: { key: string }) => key === 'merzili.pool').value.stringValue;
    // What may answer very much is read where it is in nobody's way.
    expect([poolOf('Query.incident'), poolOf('Query.incidents')]).toEqual(['quick', 'heavy']);
    expect(byName.get('TRANSACTION').parentSpanId).toBe(byName.get('Mutation.reportIncident').spanId);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(3);
    expect(collector.bodies.join('')).not.toContain('gizli');
    expect(collector.bodies[0]).toMatch(/^\/v1\/traces /);
  });
});
