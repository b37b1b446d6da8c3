import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { type RunningServer, startServer } from '../../src/app/main.js';
import { readConfig } from '../../src/common/config.js';
import { MAX_BODY_BYTES } from '../../src/domain/limits.js';
import { type App, startApp } from '../support/app.js';
import {
  begun,
  EVENTS,
  type Follower,
  follow,
  QUIET_MS,
  rawSocket,
  stream,
  tokenOf,
} from '../support/event-clients.js';
import { aReport, people, REPORT, succeed } from '../support/writing.js';

let app: App;
let dataDir: string;
let second: RunningServer;
let metricsPort = '';
let who: ReturnType<typeof people>;
const followers: Follower[] = [];

beforeAll(async () => {
  app = await startApp({ config: { isProduction: true } });
  who = people(app);
  // Tokens of chosen lifetimes need the issuers' keys: a second server on the same database has its own.
  dataDir = await mkdtemp(join(tmpdir(), 'merzili-events-'));
  second = await startServer(
    {
      ...readConfig({ PORT: '0', MERZILI_DATA_DIR: dataDir, MERZILI_LOG_LEVEL: 'silent' }),
      database: { ownerUrl: app.database.url, secret: inject('secret') },
      metricsPort: 0,
    },
    (line) => {
      metricsPort = /Metrics at port (\d+)/.exec(line)?.[1] ?? metricsPort;
    },
  );
});
afterAll(async () => {
  for (const follower of followers) await follower.stop();
  await second?.stop();
  await app?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

const init = (token: string) => ({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } });
const subscribe = (id: string, query: string = EVENTS) => ({ id, type: 'subscribe', payload: { query } });

async function acknowledged(token = who.turDuty.token) {
  const raw = await rawSocket(app.url);
  raw.send(init(token));
  while (raw.received.length === 0) await delay(5);
  expect(raw.received).toEqual([{ type: 'connection_ack' }]);
  return raw;
}

describe('close codes of graphql-transport-ws', () => {
  it('4400 for what is no message', async () => {
    for (const nonsense of [
      '{',
      '[]',
      { type: 'nonsense' },
      { type: 'subscribe', id: '1', payload: { query: 1 } },
    ]) {
      const raw = await acknowledged();
      raw.send(nonsense);
      expect((await raw.closed()).code).toBe(4400);
    }
  });

  it('1009 for a message that is larger than a token needs, complete or not, before the token', async () => {
    const padding = { ...init(who.turDuty.token), id: 'x'.repeat(16 * 1024) };
    const whole = await rawSocket(app.url);
    whole.send(padding);
    expect((await whole.closed()).code).toBe(1009);
    expect(whole.received).toEqual([]);
    const large = await rawSocket(app.url);
    large.send({ ...padding, id: 'x'.repeat(2_000_000) });
    expect((await large.closed()).code).toBe(1009);
    expect(large.received).toEqual([]);
  });

  it('takes messages up to the limit of bodies after the token, and 1009 for one byte more', async () => {
    const envelope = JSON.stringify({
      id: '1',
      type: 'subscribe',
      payload: { query: '{ __typename }', x: '' },
    });
    const message = (bytes: number) =>
      envelope.replace('"x":""', `"x":"${'x'.repeat(bytes - envelope.length)}"`);
    const raw = await acknowledged();
    raw.send(message(MAX_BODY_BYTES));
    while (raw.received.length < 2) await delay(5);
    raw.send(message(MAX_BODY_BYTES + 1));
    expect((await raw.closed()).code).toBe(1009);
  });

  it('4401 for an operation before the token, 4403 for a token that does not verify or none', async () => {
    const early = await rawSocket(app.url);
    early.send(subscribe('1'));
    expect((await early.closed()).code).toBe(4401);
    for (const payload of [undefined, {}, { authorization: 'Bearer x' }, { authorization: 7 }]) {
      const raw = await rawSocket(app.url);
      raw.send({ type: 'connection_init', payload });
      expect(await raw.closed()).toEqual({ code: 4403, reason: 'Forbidden' });
      expect(raw.received).toEqual([]);
    }
  });

  it('4406 for another subprotocol, 4408 without a token in time', async () => {
    const silent = await rawSocket(app.url);
    expect((await (await rawSocket(app.url, null)).closed()).code).toBe(4406);
    expect((await silent.closed()).code).toBe(4408);
  });

  it('4409 for an id that is taken, 4429 for a second token', async () => {
    const taken = await acknowledged();
    taken.send(subscribe('1'));
    taken.send(subscribe('1'));
    expect((await taken.closed()).code).toBe(4409);
    const twice = await acknowledged();
    twice.send(init(who.turDuty.token));
    expect((await twice.closed()).code).toBe(4429);
  });

  it('1009 for a message beyond the limit; ping is answered; no socket anywhere else', async () => {
    const raw = await acknowledged();
    raw.send({ type: 'ping' });
    while (raw.received.length < 2) await delay(5);
    expect(raw.received[1]).toEqual({ type: 'pong' });
    raw.send(`{"x":"${'x'.repeat(MAX_BODY_BYTES)}"}`);
    expect((await raw.closed()).code).toBe(1009);
    await expect(rawSocket(`${app.url}/elsewhere`)).rejects.toThrow('404');
  });
});

describe('a subscription has begun', () => {
  /** Runs while no subscription can begin, because nobody can put events in order. */
  async function whileNoneBegins(run: () => Promise<void>): Promise<void> {
    const owner = new Client({ connectionString: app.database.url });
    await owner.connect();
    try {
      await owner.query('begin; lock table incident_event in access exclusive mode');
      await run();
    } finally {
      await owner.end();
    }
  }

  it('when the head of its event stream is there', async () => {
    let hasHead = false;
    let begins: ReturnType<typeof stream> | undefined;
    await whileNoneBegins(async () => {
      begins = stream(app.url, who.turDuty.token, { query: EVENTS });
      void begins.then(() => {
        hasHead = true;
      });
      await delay(QUIET_MS);
      expect(hasHead).toBe(false);
    });
    const sse = await begins;
    await succeed(who.turDuty, REPORT, aReport());
    expect((await sse?.until(1))?.[0]?.data.incidentEvents.kind).toBe('REPORTED');
    sse?.abort();
  });

  it('when an operation sent after it on the same socket is answered', async () => {
    const raw = await acknowledged();
    await whileNoneBegins(async () => {
      raw.send(subscribe('1'));
      raw.send(subscribe('2', '{ __typename }'));
      await delay(QUIET_MS);
      expect(raw.received).toHaveLength(1);
    });
    while (raw.received.length < 2) await delay(5);
    expect(raw.received[1]).toMatchObject({ id: '2', payload: { data: { __typename: 'Query' } } });
    await succeed(who.turDuty, REPORT, aReport());
    while (!raw.received.some(({ id, type }) => id === '1' && type === 'next')) await delay(5);
    raw.socket.terminate();
  });
});

describe('a token', () => {
  it('takes its socket and its stream with it when it expires, and nothing comes after', async () => {
    const token = await tokenOf(dataDir, 'TUR', 'DUTY_OFFICER', { ttlSeconds: 3 });
    const expiresAt = Date.now() + 3_000;
    const follower = await follow(second.url, token);
    const sse = await stream(second.url, token, { query: EVENTS });
    followers.push(follower);
    await begun(follower);
    await succeed(who.turDuty, REPORT, aReport());
    await follower.until(1);
    await sse.until(1);
    await follower.ended();
    expect(Date.now() - expiresAt).toBeLessThan(500);
    expect(follower.closed).toEqual({ code: 4403, reason: 'Token expired' });
    await sse.ended();
    expect(sse.messages[1]?.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(sse.isComplete).toBe(true);
    await succeed(who.turDuty, REPORT, aReport());
    await delay(QUIET_MS);
    expect([follower.messages.length, sse.messages.length]).toEqual([1, 2]);
    const late = await follow(second.url, token);
    followers.push(late);
    await late.ended();
    expect(late.closed?.code).toBe(4403);
  });

  it('takes its socket with it within 2 s when it is revoked, and others stay', async () => {
    const revoked = await follow(app.url, who.turDuty.token);
    const sse = await stream(app.url, who.turDuty.token, { query: EVENTS });
    const other = await follow(app.url, who.rusDuty.token);
    followers.push(revoked, other);
    await begun(revoked, other);
    const [, claims = ''] = who.turDuty.token.split('.');
    const { jti } = JSON.parse(String(Buffer.from(claims, 'base64url')));
    const admin = app.as('TUR', 'NATIONAL_ADMIN');
    const { data } = await admin.query(
      'mutation ($input: RevokeTokenInput!) { revokeToken(input: $input) { revoked } }',
      { input: { jti } },
    );
    expect(data.revokeToken.revoked).toBe(true);
    const since = performance.now();
    await revoked.ended();
    await sse.ended();
    expect(performance.now() - since).toBeLessThan(2_000);
    expect(revoked.closed).toEqual({ code: 4403, reason: 'Forbidden' });
    expect(sse.messages[0]?.errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    who = people(app);
    await succeed(who.turDuty, REPORT, aReport());
    await other.until(1);
    expect([revoked.messages.length, other.closed]).toEqual([0, null]);
  });
});

describe('the same doors as HTTP', () => {
  const aliases = (count: number) => Array.from({ length: count }, (_, n) => `a${n}: __typename`).join(' ');
  const nested = (depth: number): string =>
    `{ parties { ${'officials { party { '.repeat(depth)} code ${'} } '.repeat(depth)} } }`;
  const CASES: [string, string, Record<string, unknown>?][] = [
    ['a query', '{ viewer { subject nation role locale } centre { name } }'],
    ['a syntax error', '{ parties { '],
    ['an unknown field', '{ incidents { nodez { reference } } }'],
    ['an unknown argument and a wrong enum', '{ places(kin: TOWNS) { nodes { code } } }'],
    [
      'a variable of the wrong type',
      'query ($first: Int) { incidents(first: $first) { nodes { reference } } }',
      { first: 'x' },
    ],
    ['introspection', '{ __schema { types { name } } }'],
    ['a page beyond 100', '{ incidents(first: 101) { nodes { reference } } }'],
    ['aliases', `{ ${aliases(16)} }`],
    ['depth', nested(7)],
    ['directives', `{ viewer { subject ${'@include(if: true) '.repeat(9)} } }`],
    ['tokens', `{ viewer { ${'subject '.repeat(1_000)} } }`],
    ['width', `{ viewer { ${'subject '.repeat(201)} } }`],
    [
      'cost',
      '{ incidents(first: 100) { nodes { provisions { incidents(first: 100) { nodes { provisions { code } } } } } } }',
    ],
    [
      'a right the token lacks',
      'mutation { assessIncident(input: { id: "x", version: 1, verdict: CONFIRMED }) { userErrors { code } } }',
    ],
    [
      'a mutation whose input is wrong',
      'mutation { retractIncident(input: { id: "x", version: 1, reason: { locale: TR, text: "x" } }) { userErrors { code } } }',
    ],
    [
      'an invisible record',
      '{ incident(reference: "RUS-0000-000000") { reference } node(id: "Incident:x") { id } }',
    ],
  ];
  const ANSWERED = new Set(['a query', 'an invisible record', 'a mutation whose input is wrong']);
  const comparable = ({ data, errors }: { data?: unknown; errors?: readonly object[] | undefined }) => ({
    data: data ?? null,
    errors: (errors ?? []).map((error) => error),
  });

  it.each(CASES)('%s is answered alike over WebSocket and events', async (name, query, variables = {}) => {
    const headers = { 'accept-language': 'ru' };
    const http = await who.turDuty.query(query, variables, headers);
    const socket = await follow(app.url, who.turDuty.token, query, variables, { acceptLanguage: 'ru' });
    followers.push(socket);
    await socket.ended();
    const sse = await stream(app.url, who.turDuty.token, { query, variables }, headers);
    await sse.ended();
    const overSocket = socket.messages[0] ?? { errors: socket.errors };
    expect(http.errors.length > 0).toBe(!ANSWERED.has(name));
    expect(comparable(overSocket)).toEqual(comparable(http));
    expect(comparable(sse.messages[0] ?? {})).toEqual(comparable(http));
    expect(sse.isComplete).toBe(true);
    const cost = JSON.parse(http.text).extensions?.cost?.requested;
    expect(overSocket.extensions?.cost?.requested).toBe(cost);
    expect(sse.messages[0]?.extensions?.cost?.requested).toBe(cost);
  });

  it('limits hold for subscriptions, too, and say nothing of the schema', async () => {
    for (const [query, code] of [
      [`subscription { incidentEvents { ${aliases(16)} } }`, 'LIMIT_EXCEEDED'],
      ['subscription { incidentEvents { kindd } }', 'GRAPHQL_VALIDATION_FAILED'],
      [
        'subscription { incidentEvents(filter: { severity: HIGHEST }) { kind } }',
        'GRAPHQL_VALIDATION_FAILED',
      ],
      ['subscription { a: incidentEvents { kind } b: incidentEvents { kind } }', 'GRAPHQL_VALIDATION_FAILED'],
      [
        'subscription { incidentEvents(filter: { near: { latitude: 91, longitude: 0, radiusKm: 1 } }) { kind } }',
        'BAD_USER_INPUT',
      ],
      [
        'subscription { incidentEvents { incident { provisions { incidents(first: 100) { nodes { provisions { incidents(first: 100) { totalCount nodes { id } } } } } } } } }',
        'LIMIT_EXCEEDED',
      ],
    ] as const) {
      const refused = await follow(app.url, who.turDuty.token, query);
      followers.push(refused);
      await refused.ended();
      expect(refused.errors[0]?.extensions.code, query).toBe(code);
      expect(JSON.stringify(refused.errors)).not.toMatch(/did you mean|IncidentEvent\b|"HIGH"/i);
    }
  });

  it('a subscription over plain HTTP says which transports take it; a GET stream takes no mutation', async () => {
    const plain = await who.turDuty.query(EVENTS);
    expect([plain.status, plain.errors[0]?.extensions.code]).toEqual([400, 'BAD_REQUEST']);
    expect(plain.errors[0]?.message).toContain('text/event-stream');
    const query = encodeURIComponent(
      'mutation { retractIncident(input: { id: "x", version: 1, reason: { locale: TR, text: "x" } }) { userErrors { code } } }',
    );
    const refused = await stream(app.url, who.turDuty.token, `?query=${query}`);
    expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'POST']);
    expect((await stream(app.url, 'nonsense', { query: EVENTS })).status).toBe(401);
    expect((await stream(app.url, who.turDuty.token, '?query={viewer{subject}}&variables={')).status).toBe(
      400,
    );
    const allowed = await stream(app.url, who.turDuty.token, '?query={viewer{subject}}');
    expect((await allowed.until(1))[0]?.data.viewer.subject).toBe('ayse');
  });

  it('operations of one socket are limited, with a code', async () => {
    const raw = await acknowledged(who.rusDuty.token);
    for (let n = 0; n < 129; n += 1) raw.send(subscribe(String(n)));
    while (raw.received.length < 2) await delay(5);
    expect(raw.received[1]).toMatchObject({
      id: '128',
      type: 'error',
      payload: [{ extensions: { code: 'LIMIT_EXCEEDED', limit: 'operations', maximum: 128 } }],
    });
    expect(raw.received).toHaveLength(2);
    raw.socket.terminate();
  });
});

async function gauge(name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
}

it('the metrics report the pools of every nation, the lag of events and of the event loop', async () => {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  for (const nation of ['TUR', 'RUS', 'AZE'])
    for (const pool of ['quick 1', 'quick 2', 'heavy', 'write'])
      expect(text).toContain(`merzili_pool_busy{audience="${nation}",pool="${pool}"}`);
  expect(text).toContain('merzili_pool_connections{audience="PUBLIC",pool="heavy"}');
  expect(Number(/^merzili_event_lag_seconds (\S+)$/m.exec(text)?.[1])).toBeLessThan(1);
  expect(text).toContain('nodejs_eventloop_lag_p99_seconds');
});

describe('connections that go', () => {
  it('200 abrupt disconnects leave nothing behind', async () => {
    const subscriptionsBefore = await gauge('merzili_subscriptions');
    const sessionsBefore = await gauge('merzili_sessions');
    const token = await tokenOf(dataDir, 'TUR', 'DUTY_OFFICER');
    const sockets = await Promise.all(
      Array.from({ length: 200 }, async () => {
        const raw = await rawSocket(second.url);
        raw.send(init(token));
        raw.send({ type: 'ping' });
        while (raw.received.length < 2) await delay(10);
        raw.send(subscribe('1'));
        return raw;
      }),
    );
    while ((await gauge('merzili_subscriptions')) < subscriptionsBefore + 200) await delay(50);
    for (const { socket } of sockets) socket.terminate();
    await vi.waitFor(
      async () => {
        expect(await gauge('merzili_subscriptions')).toBe(subscriptionsBefore);
        expect(await gauge('merzili_sessions')).toBe(sessionsBefore);
      },
      { timeout: 10_000 },
    );
  });

  it('a client that asks for much and reads nothing is cut off, and holds up nobody', async () => {
    const query = `{ incidents(first: 100) { nodes { ${Array.from(
      { length: 12 },
      (_, n) => `a${n}: title { text translations { text } }`,
    ).join(' ')} } } }`;
    const slow = await acknowledged(who.rusDuty.token);
    const quick = await follow(app.url, who.rusDuty.token);
    followers.push(quick);
    await begun(quick);
    slow.socket.pause();
    for (let n = 0; n < 120; n += 1) slow.send({ id: `q${n}`, type: 'subscribe', payload: { query } });
    await succeed(who.turDuty, REPORT, aReport());
    await quick.until(1);
    await delay(2_500);
    slow.socket.resume();
    expect([1006, 1013]).toContain((await slow.closed()).code);
    expect(slow.received.length).toBeLessThan(120);
  });
});

it('a server that stops says goodbye: sockets 1001, streams a coded end', async () => {
  const token = await tokenOf(dataDir, 'RUS', 'DUTY_OFFICER');
  const follower = await follow(second.url, token);
  const sse = await stream(second.url, token, { query: EVENTS });
  await begun(follower);
  const since = performance.now();
  await second.stop();
  expect(performance.now() - since).toBeLessThan(5_000);
  await follower.ended();
  await sse.ended();
  expect(follower.closed?.code).toBe(1001);
  expect(sse.messages[0]?.errors).toMatchObject([
    { extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true } },
  ]);
  const { port } = new URL(second.url);
  await expect(
    new Promise((resolve, reject) =>
      connect(Number(port), '127.0.0.1', () => resolve(null)).on('error', reject),
    ),
  ).rejects.toThrow();
});
