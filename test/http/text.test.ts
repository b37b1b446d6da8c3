import { request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, type Caller, startApp } from '../support/app.js';
import { rawSocket } from '../support/event-clients.js';
import { aReport, REPORT } from '../support/writing.js';

/** Texts reach the record as they were sent, or not at all. */

let app: App;
let caller: Caller;
beforeAll(async () => {
  app = await startApp();
  caller = app.as('TUR', 'DUTY_OFFICER');
});
afterAll(() => app?.stop());

interface Refusal {
  readonly status: number;
  readonly code: unknown;
  readonly argument: unknown;
}

/** Sends a request whose target and body need not be text. */
function send(options: {
  method: 'GET' | 'POST';
  search?: string;
  body?: Buffer;
  headers?: Record<string, string>;
}): Promise<Refusal> {
  return new Promise((resolve, reject) => {
    const sent = request(
      `${app.url}/graphql${options.search ?? ''}`,
      {
        method: options.method,
        headers: {
          authorization: `Bearer ${caller.token}`,
          ...(options.body ? { 'content-type': 'application/json' } : {}),
          ...options.headers,
        },
      },
      async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        const extensions = /^\{/.test(text) ? JSON.parse(text).errors?.[0]?.extensions : undefined;
        resolve({
          status: response.statusCode ?? 0,
          code: extensions?.code,
          argument: extensions?.argument,
        });
      },
    );
    sent.on('error', reject);
    sent.end(options.body);
  });
}

const incidents = async (): Promise<number> => {
  const [row] = await app.sql<{ count: string }>('select count(*) from incident');
  return Number(row?.count);
};

const EVENT_STREAM = { accept: 'text/event-stream' };
const BAD_BYTES: readonly (readonly [string, number[]])[] = [
  ['windows-1251', [0xcf, 0xee, 0xf1, 0xf2]],
  ['ISO-8859-9', [0xde, 0x75, 0xfe, 0x61]],
  ['an overlong form', [0xc0, 0xaf]],
  ['an encoded surrogate', [0xed, 0xa0, 0x80]],
  ['a character cut off', [0xd0]],
  ['a code point beyond the last', [0xf4, 0x90, 0x80, 0x80]],
];

describe.each(BAD_BYTES)('bytes of %s', (_, bytes) => {
  it.each([
    ['JSON', {}],
    ['an event stream', EVENT_STREAM],
  ])('are refused in the body of a POST for %s', async (_kind, headers) => {
    const before = await incidents();
    const [head = '', tail = ''] = JSON.stringify({
      query: REPORT,
      variables: { input: aReport({ title: { locale: 'RU', text: 'HERE' } }) },
    }).split('HERE');
    const body = Buffer.concat([Buffer.from(head), Buffer.from(bytes), Buffer.from(tail)]);
    expect(await send({ method: 'POST', body, headers })).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    expect(await incidents()).toBe(before);
  });

  it.each([
    ['JSON', {}],
    ['an event stream', EVENT_STREAM],
  ])('are refused in the query string of a GET for %s', async (_kind, headers) => {
    const encoded = bytes.map((byte) => `%${byte.toString(16)}`).join('');
    for (const search of [
      `?query={__typename}%23${encoded}`,
      `?query={__typename}&variables={"x":"${encoded}"}`,
      `?query={__typename}&operationName=${encoded}`,
    ]) {
      expect(await send({ method: 'GET', search: search.replaceAll('"', '%22'), headers })).toMatchObject({
        status: 400,
        code: 'BAD_REQUEST',
      });
    }
  });

  it('end a socket that sends them in a text frame', async () => {
    const socket = await rawSocket(app.url);
    socket.socket.send(Buffer.from(bytes), { binary: false });
    expect((await socket.closed()).code).toBe(1007);
  });
});

it('a binary frame ends a socket', async () => {
  const socket = await rawSocket(app.url);
  socket.socket.send(Buffer.from('{"type":"ping"}'));
  expect(await socket.closed()).toEqual({ code: 4400, reason: 'Binary message' });
});

it('a byte order mark before the JSON is taken', async () => {
  const body = Buffer.from('\ufeff{"query":"{ __typename }"}');
  expect((await send({ method: 'POST', body })).status).toBe(200);
  const socket = await rawSocket(app.url);
  socket.socket.send('\ufeff{"type":"ping"}');
  while (socket.received.length === 0) await delay(5);
  expect(socket.received).toEqual([{ type: 'pong' }]);
  socket.socket.terminate();
});

const QUERY = 'query ($code: String!) { place(code: $code) { code } }';
const REFUSED = { status: 400, code: 'BAD_USER_INPUT' };

/** Parameters as JSON with an escape that no text of the record can have. */
const UNSTORABLE: readonly (readonly [string, string, string | undefined])[] = [
  ['NUL in a variable', `{"query":"${QUERY}","variables":{"code":"a\\u0000"}}`, '$code'],
  ['half a pair in a variable', `{"query":"${QUERY}","variables":{"code":"\\ud800"}}`, '$code'],
  ['a pair in the wrong order', `{"query":"${QUERY}","variables":{"code":"\\udc00\\ud800"}}`, '$code'],
  [
    'half a pair deep in a variable',
    `{"query":"${QUERY}","variables":{"code":[{"a":["\\uDFFF"]}]}}`,
    '$code',
  ],
  ['half a pair in a name', `{"query":"${QUERY}","variables":{"code":{"\\ud800":1}}}`, '$code'],
  ['NUL in the name of a variable', `{"query":"${QUERY}","variables":{"code":"a","\\u0000":1}}`, undefined],
  ['half a pair in the document', `{"query":"{ __typename } # \\ud800"}`, undefined],
  ['NUL in a literal of the document', '{"query":"{ place(code: \\"a\\\\u0000\\") { code } }"}', undefined],
  ['NUL in braces', '{"query":"{ place(code: \\"a\\\\u{0}\\") { code } }"}', undefined],
  ['half a pair in the operation name', '{"query":"{ __typename }","operationName":"\\ud800"}', undefined],
];

describe.each(UNSTORABLE)('%s', (_, json, argument) => {
  it('is refused in a POST, for JSON and for an event stream', async () => {
    const body = Buffer.from(json);
    expect(await send({ method: 'POST', body })).toEqual({ ...REFUSED, argument });
    const { query, ...rest } = JSON.parse(json);
    const sse = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${caller.token}`,
        'content-type': 'application/json',
        ...EVENT_STREAM,
      },
      body: JSON.stringify({ query, ...rest }),
    });
    expect(await sse.text()).toContain('"code":"BAD_USER_INPUT"');
  });

  it('is refused on a socket, for that operation alone', async () => {
    const socket = await rawSocket(app.url);
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${caller.token}` } });
    while (socket.received.length === 0) await delay(5);
    socket.socket.send(`{"type":"subscribe","id":"1","payload":${json}}`);
    while (socket.received.length === 1) await delay(5);
    expect(socket.received[1]).toMatchObject({
      type: 'error',
      id: '1',
      payload: [{ extensions: { code: 'BAD_USER_INPUT', ...(argument ? { argument } : {}) } }],
    });
    socket.send({ type: 'subscribe', id: '2', payload: { query: '{ __typename }' } });
    while (!socket.received.some(({ type }) => type === 'complete')) await delay(5);
    socket.socket.terminate();
  });
});

it('NUL in the variables of a GET is refused', async () => {
  const variables = encodeURIComponent('{"code":"\\u0000"}');
  const search = `?query=${encodeURIComponent(QUERY)}&variables=${variables}`;
  expect(await send({ method: 'GET', search })).toEqual({ ...REFUSED, argument: '$code' });
  expect(await send({ method: 'GET', search, headers: EVENT_STREAM })).toEqual({
    ...REFUSED,
    argument: '$code',
  });
});

it('a text is recorded as it was meant when every character is escaped', async () => {
  const text = 'Ağdam, Ağdərə, Агдам 💥';
  const json = JSON.stringify({
    query: REPORT,
    variables: { input: aReport({ title: { locale: 'TR', text } }) },
  });
  const escaped = json.replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  expect((await send({ method: 'POST', body: Buffer.from(escaped) })).status).toBe(200);
  const [row] = await app.sql<{ count: string }>(
    "select count(*) from incident where title->'texts'->'TR'->>'text' = $1",
    [text],
  );
  expect(row?.count).toBe('1');
});
