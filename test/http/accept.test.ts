import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, type Caller, startApp } from '../support/app.js';
import { EVENTS } from '../support/event-clients.js';
import { aReport, REPORT } from '../support/writing.js';

let app: App;
let caller: Caller;
beforeAll(async () => {
  app = await startApp();
  caller = app.as('TUR', 'DUTY_OFFICER');
});
afterAll(() => app?.stop());

interface Sent {
  readonly status: number;
  readonly type: string;
  readonly code: string | undefined;
}

/** Sends an operation; an event stream is left after its head. */
async function send(accept: string, body: object, method: 'GET' | 'POST' = 'POST'): Promise<Sent> {
  const abort = new AbortController();
  const search = new URLSearchParams(
    Object.entries(body).map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
  const response = await fetch(`${app.url}/graphql${method === 'GET' ? `?${search}` : ''}`, {
    method,
    headers: {
      authorization: `Bearer ${caller.token}`,
      accept,
      ...(method === 'POST' ? { 'content-type': 'application/json' } : {}),
    },
    ...(method === 'POST' ? { body: JSON.stringify(body) } : {}),
    signal: abort.signal,
  });
  const type = response.headers.get('content-type')?.split(';', 1)[0] ?? '';
  const text = type === 'text/event-stream' ? '{}' : await response.text();
  abort.abort();
  return { status: response.status, type, code: JSON.parse(text).errors?.[0]?.extensions.code };
}

const QUERY = { query: '{ viewer { role } }' };
const WRONG = { query: '{ viewer { rank } }' };
const SUBSCRIPTION = { query: EVENTS };
const JSON_TYPE = 'application/json';
const GRAPHQL = 'application/graphql-response+json';
const STREAM = 'text/event-stream';
const URQL = `${GRAPHQL}, application/graphql+json, ${JSON_TYPE}, ${STREAM}, multipart/mixed`;
const APOLLO = `multipart/mixed;deferSpec=20220824,${GRAPHQL},${JSON_TYPE};q=0.9`;

describe.each(['POST', 'GET'] as const)('%s', (method) => {
  // Accept, the answer to a query, the status of a wrong document, the answer to a subscription.
  it.each([
    ['*/*', JSON_TYPE, 400, JSON_TYPE],
    ['application/*', JSON_TYPE, 400, JSON_TYPE],
    [JSON_TYPE, JSON_TYPE, 200, JSON_TYPE],
    ['application/json; charset=utf-8', JSON_TYPE, 200, JSON_TYPE],
    ['application/json;charset="UTF-8"', JSON_TYPE, 200, JSON_TYPE],
    ['application/json, text/plain, */*', JSON_TYPE, 200, JSON_TYPE],
    [GRAPHQL, GRAPHQL, 400, GRAPHQL],
    [`${GRAPHQL}, ${JSON_TYPE};q=0.9`, GRAPHQL, 400, GRAPHQL],
    [`${JSON_TYPE};q=0.5, ${GRAPHQL}`, GRAPHQL, 400, GRAPHQL],
    [`${GRAPHQL};q=0, */*`, JSON_TYPE, 400, JSON_TYPE],
    [`${JSON_TYPE};q=0, */*`, GRAPHQL, 400, GRAPHQL],
    [URQL, GRAPHQL, 400, STREAM],
    [APOLLO, GRAPHQL, 400, GRAPHQL],
    [STREAM, STREAM, 200, STREAM],
    ['Text/Event-Stream', STREAM, 200, STREAM],
    ['text/*', STREAM, 200, STREAM],
    [`${STREAM}, ${JSON_TYPE}`, STREAM, 200, STREAM],
    [`${JSON_TYPE}, ${STREAM}`, JSON_TYPE, 200, STREAM],
    [`${STREAM};q=0.1, ${JSON_TYPE}`, JSON_TYPE, 200, STREAM],
    [`${JSON_TYPE};q=0.1, ${STREAM}`, STREAM, 200, STREAM],
    [`${STREAM};q=0, */*`, JSON_TYPE, 400, JSON_TYPE],
    [`${STREAM};q=0.0, ${JSON_TYPE}`, JSON_TYPE, 200, JSON_TYPE],
    [`text/html, ${JSON_TYPE};q=0.1`, JSON_TYPE, 200, JSON_TYPE],
  ])('%s', async (accept, ofQuery, statusOfWrong, ofSubscription) => {
    expect(await send(accept, QUERY, method)).toEqual({ status: 200, type: ofQuery, code: undefined });
    expect(await send(accept, WRONG, method)).toMatchObject({ status: statusOfWrong, type: ofQuery });
    const { type, code } = await send(accept, SUBSCRIPTION, method);
    expect([type, code]).toEqual([ofSubscription, ofSubscription === STREAM ? undefined : 'BAD_REQUEST']);
  });

  it.each([
    'multipart/mixed',
    'multipart/mixed;deferSpec=20220824',
    'text/html',
    'text/plain;q=0.1',
    `${JSON_TYPE};q=0`,
    `${STREAM};q=0`,
    '*/*;q=0',
    'nonsense',
  ])('%s is 406', async (accept) => {
    for (const operation of [QUERY, SUBSCRIPTION]) {
      expect(await send(accept, operation, method)).toEqual({
        status: 406,
        type: JSON_TYPE,
        code: 'NOT_ACCEPTABLE',
      });
    }
  });
});

it('a mutation is not run when its answer would not be accepted', async () => {
  const count = async (): Promise<unknown> => app.sql('select count(*) from incident');
  const before = await count();
  const { status } = await send('text/html', { query: REPORT, variables: { input: aReport() } });
  expect(status).toBe(406);
  expect(await count()).toEqual(before);
});
