import { auditServer } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES } from '../../src/domain/limits.js';
import { type App, type Caller, startApp } from '../support/app.js';

let app: App;
let integrator: Caller;
let officer: Caller;

beforeAll(async () => {
  app = await startApp({ config: { isProduction: true } });
  integrator = app.as(null, 'INTEGRATOR');
  officer = app.as('TUR', 'LIAISON_OFFICER');
});
afterAll(() => app.stop());

/** As the audits send it, with a token. */
function fetchAs(caller: Caller): typeof fetch {
  return (url, init) => {
    const headers = new Headers(init?.headers);
    headers.set('authorization', `Bearer ${caller.token}`);
    return fetch(url, { ...init, headers });
  };
}

async function audit(caller: Caller) {
  const results = await auditServer({ url: `${app.url}/graphql`, fetchFn: fetchAs(caller) });
  return results.map((result) => ({
    name: `${result.id} ${result.name}`,
    level: result.name.split(' ')[0] ?? '',
    isPassed: result.status === 'ok',
    reason: 'reason' in result ? result.reason : '',
  }));
}

describe('GraphQL over HTTP', () => {
  it('passes the audits with an introspection-permitted token', async () => {
    const results = await audit(integrator);
    const levels = ['MUST', 'SHOULD', 'MAY'].map((level) =>
      results.filter((result) => result.level === level),
    );
    expect(levels.map(({ length }) => length)).toEqual([13, 23, 25]);
    const failed = results.filter(({ isPassed }) => !isPassed);
    expect(failed.map(({ name, reason }) => `${name}: ${reason}`)).toEqual([]);
  });

  it('passes the same with an officer’s token, but for those that look at the schema', async () => {
    const failed = (await audit(officer)).filter(({ isPassed }) => !isPassed);
    expect(failed.map(({ name }) => name.slice(0, 4))).toEqual(['BF61', '2EA1', '28B9', 'D6D5', '6A70']);
  });
});

describe('what is refused before it is GraphQL', () => {
  const document = JSON.stringify({ query: '{ __typename }' });
  const send = (init: RequestInit & { headers?: Record<string, string> }, search = '') =>
    fetch(`${app.url}/graphql${search}`, {
      ...init,
      headers: { authorization: `Bearer ${officer.token}`, ...init.headers },
    });

  it.each([
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['multipart/form-data; boundary=x', 415],
    ['application/json; charset=utf-16', 415],
    ['application/json; charset=iso-8859-9', 415],
    ['application/json', 200],
    ['application/json; charset=UTF-8', 200],
  ])('a body of type %s is answered %d', async (type, status) => {
    const response = await send({ method: 'POST', body: document, headers: { 'content-type': type } });
    expect(response.status).toBe(status);
  });

  it('a body over the limit is answered 413, announced or not', async () => {
    const long = JSON.stringify({ query: `{ __typename } #${'x'.repeat(MAX_BODY_BYTES)}` });
    const headers = { 'content-type': 'application/json' };
    expect((await send({ method: 'POST', body: long, headers })).status).toBe(413);
    const streamed = await send({
      method: 'POST',
      body: new Blob([long]).stream(),
      headers,
      duplex: 'half',
    } as RequestInit & { headers: Record<string, string> });
    expect(streamed.status).toBe(413);
  });

  it.each(['{"query":', '[]', `[${document},${document}]`, 'null', '"text"', '{}', '{"query":{}}'])(
    'the body %s is answered 400, without stack or path',
    async (body) => {
      const response = await send({ method: 'POST', body, headers: { 'content-type': 'application/json' } });
      expect(response.status).toBe(400);
      const text = await response.text();
      expect(text).not.toMatch(/\bat |node_modules|\.[jt]s\b|\/work/);
      expect(JSON.parse(text).errors[0].extensions.code).toBe('BAD_REQUEST');
    },
  );

  it.each([
    ['windows-1251', Buffer.from([0xcf, 0xee, 0xf1, 0xf2])],
    ['ISO-8859-9', Buffer.from([0xde, 0x75, 0xfe, 0x61])],
    ['an overlong form', Buffer.from([0xc0, 0xaf])],
    ['a surrogate', Buffer.from([0xed, 0xa0, 0x80])],
    ['a character cut off', Buffer.from([0xd0])],
  ])('a body in %s is answered 400', async (_, text) => {
    const body = Buffer.concat([Buffer.from('{"query":"{ __typename } # '), text, Buffer.from('"}')]);
    const response = await send({ method: 'POST', body, headers: { 'content-type': 'application/json' } });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  });

  it('GET asks, and never writes', async () => {
    expect((await send({}, '?query={__typename}')).status).toBe(200);
    const { status, headers } = await send({}, '?query=mutation{__typename}');
    expect([status, headers.get('allow')]).toEqual([405, 'POST']);
    const put = await send({
      method: 'PUT',
      body: document,
      headers: { 'content-type': 'application/json' },
    });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, POST, OPTIONS']);
  });

  it('is answered with headers that keep it out of caches, frames and other pages', async () => {
    for (const path of ['/graphql', '/livez', '/nothing']) {
      const { headers } = await fetch(`${app.url}${path}`);
      expect(Object.fromEntries(headers)).toMatchObject({
        'cache-control': 'no-store',
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
      expect(headers.get('x-powered-by')).toBeNull();
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});
