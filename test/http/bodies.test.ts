import { createServer, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES, MAX_ITEMS, MAX_LENGTH } from '../../src/domain/limits.js';
import { readBody } from '../../src/http/request-body.js';
import { createWaitingBytes } from '../../src/http/waiting-bytes.js';
import { type App, type Caller, startApp } from '../support/app.js';
import { rawSocket } from '../support/event-clients.js';
import { aReport, REPORT } from '../support/writing.js';

let app: App;
let caller: Caller;
beforeAll(async () => {
  app = await startApp();
  caller = app.as('TUR', 'DUTY_OFFICER');
});
afterAll(() => app?.stop());

/** JSON as Python's json.dumps writes it: in ASCII. */
function escapedJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A report with as much text as is permitted, of characters beyond the basic plane. */
function longestReport(): object {
  const text = (length: number) => ({ locale: 'TR', text: '💥'.repeat(length) });
  const path = 'a'.repeat(MAX_LENGTH.url - 'https://a.example/'.length);
  const claim = {
    claimant: 'AZE',
    sourceType: 'OTHER',
    sourceUrl: `https://a.example/${path}`,
    statement: text(MAX_LENGTH.remark),
  };
  return {
    query: REPORT,
    variables: {
      input: aReport({
        title: text(MAX_LENGTH.title),
        narrative: text(MAX_LENGTH.narrative),
        claims: Array.from({ length: MAX_ITEMS.claims }, () => claim),
      }),
    },
  };
}

function post(body: string, headers: Record<string, string> = {}, path = '/graphql'): Promise<Response> {
  return fetch(`${app.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${caller.token}`, 'content-type': 'application/json', ...headers },
    body,
  });
}

describe('the longest report fits, with every character escaped', () => {
  it('over HTTP', async () => {
    const response = await post(escapedJson(longestReport()));
    expect(await response.json()).toMatchObject({ data: { result: { userErrors: [] } } });
  });

  it('on a socket', async () => {
    const socket = await rawSocket(app.url);
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${caller.token}` } });
    while (socket.received.length === 0) await delay(5);
    socket.send(escapedJson({ type: 'subscribe', id: '1', payload: longestReport() }));
    while (socket.received.length < 2) await delay(5);
    expect(socket.received[1]).toMatchObject({ payload: { data: { result: { userErrors: [] } } } });
    socket.socket.terminate();
  });
});

describe('a body that is too large', () => {
  it('is refused by one byte, and not without it', async () => {
    const sized = (bytes: number) => '{"query":"{ __typename }"}'.padEnd(bytes, ' ');
    expect((await post(sized(MAX_BODY_BYTES))).status).toBe(200);
    const refused = await post(sized(MAX_BODY_BYTES + 1));
    expect(refused.status).toBe(413);
    expect(await refused.json()).toMatchObject({
      errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE', maximum: MAX_BODY_BYTES } }],
    });
  });

  it.each([
    ['announced', true],
    ['in chunks', false],
  ])('is sent to its end before the client reads: %s', async (_, isAnnounced) => {
    const size = 5_000_000;
    const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
    let received = '';
    let isBroken = false;
    socket.on('error', () => {
      isBroken = true;
    });
    const head = (length: string) =>
      `POST /graphql HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${caller.token}\r\nContent-Type: application/json\r\n${length}\r\n\r\n`;
    const small = '{"query":"{ __typename }"}';
    socket.write(head(isAnnounced ? `Content-Length: ${size}` : 'Transfer-Encoding: chunked'));
    const sent = isAnnounced ? 'x'.repeat(size) : `${size.toString(16)}\r\n${'x'.repeat(size)}\r\n0\r\n\r\n`;
    await new Promise((resolve) => socket.write(sent, resolve));
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.write(`${head(`Content-Length: ${small.length}`)}${small}`);
    while (!isBroken && !received.includes('"__typename"')) await delay(5);
    socket.destroy();
    expect(received.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']);
  });

  it('without a token is refused as such, and read to its end', async () => {
    const refused = await post('x'.repeat(5_000_000), { authorization: 'Bearer x' });
    expect(refused.status).toBe(401);
  });
});

it('bodies that wait for their rest use up one share and no other', async () => {
  const waiting = createWaitingBytes(10);
  const outcomes: unknown[] = [];
  const server = createServer(async (received, response) => {
    const owner = String(received.headers.owner);
    const share = {
      take: (bytes: number) => waiting.take(owner, bytes),
      give: (bytes: number) => waiting.give(owner, bytes),
    };
    const body = await readBody(received, 100, share);
    outcomes.push(typeof body === 'string' ? body : body.length);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const begin = (owner: string, text: string) => {
    const sent = request({ port, host: '127.0.0.1', method: 'POST', headers: { owner } });
    sent.on('error', () => {});
    sent.write(text);
    return sent;
  };
  const until = async (count: number) => {
    while (outcomes.length < count) await delay(5);
  };
  const first = begin('TUR', '12345678');
  await delay(50);
  begin('TUR', '123').end();
  await until(1);
  begin('RUS', '123').end();
  await until(2);
  first.end();
  await until(3);
  begin('TUR', '1234567890').end();
  await until(4);
  begin('TUR', '123456').destroy();
  begin('TUR', '1234567890').end();
  await until(5);
  expect(outcomes).toEqual(['too many', 3, 8, 10, 10]);
  server.closeAllConnections();
  server.close();
});

describe('what HTTP and GraphQL over HTTP allow', () => {
  const query = '{"query":"query A { viewer { role } }"}';

  function send(target: string, upgrade = false): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(app.url);
      const headers = {
        authorization: `Bearer ${caller.token}`,
        'content-type': 'application/json',
        ...(upgrade
          ? {
              connection: 'Upgrade',
              upgrade: 'websocket',
              'sec-websocket-key': 'AAAAAAAAAAAAAAAAAAAAAA==',
              'sec-websocket-version': '13',
              'sec-websocket-protocol': 'graphql-transport-ws',
            }
          : {}),
      };
      const sent = request(
        { hostname, port, path: target, method: upgrade ? 'GET' : 'POST', headers },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      );
      sent.on('upgrade', (_response, socket) => {
        socket.destroy();
        resolve(101);
      });
      sent.on('error', reject);
      sent.end(upgrade ? undefined : query);
    });
  }

  it.each([
    '/graphql',
    '/graphql/',
    '/graphql?',
    '/graphql/?x=1',
    'http://merzili.example/graphql',
    'HTTPS://a:1/graphql/',
  ])('the target %s', async (target) => {
    expect(await send(target)).toBe(200);
    expect(await send(target, true)).toBe(101);
  });

  it.each(['/graphql//', '/Graphql', '//graphql', 'http://graphql', 'ftp://a/graphql'])(
    'and not the target %s',
    async (target) => {
      expect(await send(target)).toBe(404);
    },
  );

  it.each(['Bearer', 'bearer', 'BEARER ', 'Bearer   '])('the scheme %j before the token', async (scheme) => {
    expect((await post(query, { authorization: `${scheme} ${caller.token}` })).status).toBe(200);
  });

  it('an empty operation name, on every transport', async () => {
    const named = '{"query":"query A { viewer { role } }","operationName":""}';
    for (const accept of ['application/json', 'text/event-stream']) {
      expect(await (await post(named, { accept })).text()).toContain('DUTY_OFFICER');
      const search = `?operationName=&query=${encodeURIComponent('query A { viewer { role } }')}`;
      const got = await fetch(`${app.url}/graphql${search}`, {
        headers: { authorization: `Bearer ${caller.token}`, accept },
      });
      expect(await got.text()).toContain('DUTY_OFFICER');
    }
    const socket = await rawSocket(app.url);
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${caller.token}` } });
    while (socket.received.length === 0) await delay(5);
    socket.send(`{"type":"subscribe","id":"1","payload":${named}}`);
    while (socket.received.length < 2) await delay(5);
    expect(socket.received[1]).toMatchObject({ payload: { data: { viewer: { role: 'DUTY_OFFICER' } } } });
    socket.socket.terminate();
  });
});
