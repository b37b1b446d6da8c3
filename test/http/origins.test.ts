import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type App, startApp } from '../support/app.js';

const LISTED = 'https://console.example';
const PUBLIC = 'https://record.example';

/** A server with the default address, and one that pages reach at another. */
let plain: App;
let placed: App;
beforeAll(async () => {
  plain = await startApp({ config: { allowedOrigins: [LISTED] } });
  placed = await startApp({ config: { publicUrl: PUBLIC, allowedOrigins: [LISTED] } });
});
afterAll(async () => {
  await plain?.stop();
  await placed?.stop();
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Sends what a browser would, Host and all. */
function send(app: App, { method = 'POST', path = '/graphql', headers = {}, body }: Sent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(`${app.url}${path}`, { method, headers }, async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      const received = new Headers();
      for (const [name, value] of Object.entries(response.headers)) received.set(name, String(value));
      resolve({ status: response.statusCode ?? 0, headers: received, text });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

function query(app: App, origin: string | null, headers: Record<string, string> = {}): Promise<Answer> {
  return send(app, {
    headers: {
      authorization: `Bearer ${app.as('TUR', 'LIAISON_OFFICER').token}`,
      'content-type': 'application/json',
      ...(origin === null ? {} : { origin }),
      ...headers,
    },
    body: '{"query":"{ viewer { role } }"}',
  });
}

/** The status that an upgrade is answered with; 101 for a socket. */
function upgrade(app: App, origin: string | null, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`${app.url.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { ...(origin === null ? {} : { origin }), ...headers },
    });
    socket.on('error', () => {});
    socket.on('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
  });
}

const port = (app: App): string => new URL(app.url).port;

/** Who may, by the server that it is sent to. */
const ALLOWED: readonly (readonly [string, () => App, () => string | null])[] = [
  ['a program, which has no origin', () => plain, () => null],
  ['a page of this server', () => plain, () => plain.url],
  ['a page of this server by its name', () => plain, () => `http://localhost:${port(plain)}`],
  ['a page of this server by its other address', () => plain, () => `http://[::1]:${port(plain)}`],
  ['a page of a listed origin', () => plain, () => LISTED],
  ['a page of the public URL', () => placed, () => PUBLIC],
  ['a page of an origin listed beside it', () => placed, () => LISTED],
];

const DENIED: readonly (readonly [string, () => App, () => string])[] = [
  ['another site', () => plain, () => 'https://evil.example'],
  ['an opaque origin', () => plain, () => 'null'],
  ['nothing', () => plain, () => ''],
  ['another port', () => plain, () => 'http://127.0.0.1:1'],
  ['another scheme', () => plain, () => plain.url.replace('http:', 'https:')],
  ['a listed origin over HTTP', () => plain, () => LISTED.replace('https:', 'http:')],
  ['a listed origin at another port', () => plain, () => `${LISTED}:8443`],
  ['a name below a listed one', () => plain, () => LISTED.replace('console', 'evil.console')],
  ['a name that begins like a listed one', () => plain, () => `${LISTED}.evil.example`],
  ['a listed origin with a slash', () => plain, () => `${LISTED}/`],
  ['two origins', () => plain, () => `${LISTED}, https://evil.example`],
  ['the loopback address where there is a public URL', () => placed, () => placed.url],
];

describe('requests', () => {
  it.each(ALLOWED)('of %s are answered, and the page may read the answer', async (_, app, origin) => {
    const { status, headers } = await query(app(), origin());
    expect(status).toBe(200);
    expect(headers.get('access-control-allow-origin')).toBe(origin());
    expect(headers.get('access-control-expose-headers')).toBe(
      origin() === null ? null : 'Content-Language, X-Request-Id, Retry-After',
    );
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('vary')).toContain('Origin');
    expect(await upgrade(app(), origin())).toBe(101);
  });

  it.each(DENIED)('of %s are refused, and the page may not read that', async (_, app, origin) => {
    for (const accept of ['application/json', 'text/event-stream']) {
      const { status, headers, text } = await query(app(), origin(), { accept });
      expect(status).toBe(403);
      expect(JSON.parse(text).errors[0].extensions).toEqual({ code: 'ORIGIN_NOT_ALLOWED' });
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('vary')).toContain('Origin');
    }
    expect(await upgrade(app(), origin())).toBe(403);
  });

  it('of a foreign name that DNS points here are refused, though it is their host', async () => {
    const host = `rebound.example:${port(plain)}`;
    expect((await query(plain, `http://${host}`, { host })).status).toBe(403);
    expect(await upgrade(plain, `http://${host}`, { host })).toBe(403);
    const minting = await send(plain, {
      path: '/graphiql/token',
      headers: { host, origin: plain.url, 'content-type': 'application/json' },
      body: '{"identity":0}',
    });
    expect(minting.status).toBe(403);
  });

  it('of listed origins get no demo tokens', async () => {
    const headers = { origin: LISTED, 'content-type': 'application/json' };
    const { status, text } = await send(plain, { path: '/graphiql/token', headers, body: '{"identity":0}' });
    expect([status, text.includes('token"')]).toEqual([403, false]);
  });
});

describe('pages of an allowed origin may read', () => {
  const refusals: readonly (readonly [string, Sent, number])[] = [
    ['that a token is missing', { headers: { 'content-type': 'application/json' }, body: '{}' }, 401],
    ['that a method is not taken', { method: 'DELETE' }, 405],
    ['that a type is not taken', { headers: { 'content-type': 'text/plain' }, body: '{}' }, 415],
    ['that a body is no JSON', { headers: { 'content-type': 'application/json' }, body: '{' }, 400],
  ];
  it.each(refusals)('%s', async (_, sent, expected) => {
    const { token } = plain.as('TUR', 'LIAISON_OFFICER');
    const headers: Record<string, string> = { origin: LISTED, ...sent.headers };
    if (expected !== 401) headers.authorization = `Bearer ${token}`;
    const answer = await send(plain, { ...sent, headers });
    expect(answer.status).toBe(expected);
    expect(answer.headers.get('access-control-allow-origin')).toBe(LISTED);
    expect(answer.headers.get('access-control-expose-headers')).toContain('X-Request-Id');
  });

  it('an event stream', async () => {
    const { status, headers } = await query(plain, LISTED, { accept: 'text/event-stream' });
    expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    expect(headers.get('access-control-allow-origin')).toBe(LISTED);
    expect(headers.get('vary')).toContain('Origin');
  });
});

describe('a preflight has no token, and', () => {
  const preflight = (app: App, origin: string | null): Promise<Answer> =>
    send(app, {
      method: 'OPTIONS',
      headers: {
        ...(origin === null ? {} : { origin }),
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });

  it.each(ALLOWED)('is answered 204 for %s', async (_, app, origin) => {
    const { status, headers, text } = await preflight(app(), origin());
    expect([status, text]).toEqual([204, '']);
    expect(headers.get('access-control-allow-origin')).toBe(origin());
    expect(headers.get('access-control-allow-methods')).toBe('GET, POST');
    expect(headers.get('access-control-allow-headers')?.toLowerCase().split(', ')).toEqual(
      expect.arrayContaining([
        'accept',
        'accept-language',
        'apollo-require-preflight',
        'authorization',
        'content-type',
        'traceparent',
        'x-request-id',
      ]),
    );
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('vary')).toContain('Origin');
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each(DENIED)('is answered 403 for %s', async (_, app, origin) => {
    const { status, headers } = await preflight(app(), origin());
    expect(status).toBe(403);
    expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });
});
