import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_BODY_BYTES } from '../../src/domain/limits.js';
import { type App, startApp } from '../support/app.js';

let app: App;
let token: string;
beforeAll(async () => {
  app = await startApp();
  token = app.as('TUR', 'LIAISON_OFFICER').token;
});
afterAll(() => app?.stop());

const JSON_TYPE = { 'content-type': 'application/json' };

function send(path: string, init: RequestInit = {}, authorization: string | null = `Bearer ${token}`) {
  const headers = { ...init.headers, ...(authorization === null ? {} : { authorization }) };
  return fetch(`${app.url}${path}`, { ...init, headers });
}

const post = (body: string, headers: Record<string, string> = JSON_TYPE, authorization?: string | null) =>
  send('/graphql', { method: 'POST', body, headers }, authorization);

const query = (text: string, variables?: object): string => JSON.stringify({ query: text, variables });

async function codeOf(response: Response): Promise<unknown> {
  const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
  return errors[0]?.extensions.code;
}

describe('without a good token', () => {
  it.each([
    ['none', null],
    ['another scheme', 'Basic dHVyOnR1cg=='],
    ['no token', 'Bearer'],
    ['nonsense', 'Bearer nonsense'],
    ['two', `Bearer a, Bearer b`],
  ])('the answer is 401 and always the same: %s', async (_, authorization) => {
    const refused = await post(query('{ viewer { role } }'), JSON_TYPE, authorization);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    expect(await refused.text()).toBe(
      '{"errors":[{"message":"A valid access token is required.","extensions":{"code":"UNAUTHENTICATED"}}]}',
    );
  });

  it('a token with one character changed is refused like none', async () => {
    const middle = Math.floor(token.length / 2);
    const forged = `${token.slice(0, middle)}${token[middle] === 'A' ? 'B' : 'A'}${token.slice(middle + 1)}`;
    const [one, other] = await Promise.all([
      post('{}', JSON_TYPE, `Bearer ${forged}`),
      post('{}', JSON_TYPE, null),
    ]);
    expect([one.status, await one.text()]).toEqual([401, await other.text()]);
  });

  it.each([
    ['a method that is not taken', 'DELETE', '', {}],
    ['a body that is not JSON', 'POST', '{{{{', JSON_TYPE],
    ['a document that does not parse', 'POST', query('{{{'), JSON_TYPE],
    ['a content type that is not taken', 'POST', 'x', { 'content-type': 'text/plain' }],
  ] as const)('nothing is looked at: %s', async (_, method, body, headers) => {
    const refused = await send('/graphql', { method, headers, ...(body ? { body } : {}) }, null);
    expect([refused.status, await codeOf(refused)]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('the answer comes before a huge body has been sent', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const going = request(
        `${app.url}/graphql`,
        { method: 'POST', headers: { ...JSON_TYPE, 'content-length': String(10 ** 9) } },
        (response) => {
          resolve(response.statusCode);
          going.destroy();
        },
      );
      going.on('error', reject);
      going.write('{"query":"');
    });
    expect(status).toBe(401);
  });

  it('the answer is in the language that is asked for', async () => {
    const refused = await post('{}', { ...JSON_TYPE, 'accept-language': 'ru' }, null);
    expect(refused.headers.get('content-language')).toBe('ru');
    expect(await refused.text()).toContain('Требуется действительный');
  });
});

describe('requests that are not GraphQL over HTTP', () => {
  it.each(['PUT', 'DELETE', 'PATCH'])('%s is 405', async (method) => {
    const refused = await send('/graphql', { method });
    expect([refused.status, refused.headers.get('allow'), await codeOf(refused)]).toEqual([
      405,
      'GET, POST, OPTIONS',
      'BAD_REQUEST',
    ]);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=iso-8859-9',
    'application/jsonp',
    'application/graphql',
  ])('%s is 415', async (type) => {
    const refused = await post(query('{ viewer { role } }'), { 'content-type': type });
    expect([refused.status, await codeOf(refused)]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });

  it.each(['application/json', 'application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"'])(
    '%s is taken',
    async (type) => {
      expect((await post(query('{ viewer { role } }'), { 'content-type': type })).status).toBe(200);
    },
  );

  it('a body over the limit is 413, whether or not it says its length', async () => {
    const long = query(`{ viewer { role } } # ${'x'.repeat(MAX_BODY_BYTES)}`);
    const refused = await post(long);
    expect([refused.status, await codeOf(refused)]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    const streamed = await send('/graphql', {
      method: 'POST',
      headers: JSON_TYPE,
      body: new Blob([long]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(streamed.status).toBe(413);
  });

  it.each([
    ['not JSON', '{"query":'],
    ['a list', `[${query('{ viewer { role } }')}]`],
    ['a text', '"{ viewer { role } }"'],
    ['null', 'null'],
    ['without a query', '{}'],
    ['with a query that is no text', '{"query":1}'],
    ['with variables that are no object', '{"query":"{ viewer { role } }","variables":"x"}'],
  ])('a body that is %s is 400', async (_, body) => {
    const refused = await post(body);
    expect(refused.status).toBe(400);
    expect(typeof (await codeOf(refused))).toBe('string');
  });

  it.each([
    ['GRAPHQL_PARSE_FAILED', '{ viewer { role }'],
    ['GRAPHQL_VALIDATION_FAILED', '{ viewer { rank } }'],
    ['OPERATION_RESOLUTION_FAILURE', 'query A { viewer { role } } query B { viewer { role } }'],
  ])('%s is 400', async (code, text) => {
    const refused = await post(query(text));
    expect([refused.status, await codeOf(refused)]).toEqual([400, code]);
  });

  it.each([
    ['missing', 'query ($code: String!) { party(code: $code) { id } }', {}],
    ['null', 'query ($code: String!) { party(code: $code) { id } }', { code: null }],
    ['of another type', 'query ($code: String!) { party(code: $code) { id } }', { code: 1 }],
    ['no whole number', 'query ($n: Int) { incidents(first: $n) { totalCount } }', { n: 2 ** 40 }],
    ['no value of the enum', 'query ($l: Locale) { centre { name(locale: $l) } }', { l: 'DE' }],
    [
      'no time',
      'query ($t: DateTime) { incidents(filter: { occurred: { from: $t } }) { totalCount } }',
      { t: '2021-11-08T14:40:00' },
    ],
  ])('a variable that is %s is 400', async (_, text, variables) => {
    const refused = await post(query(text, variables));
    expect([refused.status, await codeOf(refused)]).toEqual([400, 'BAD_USER_INPUT']);
  });
});

describe('GET', () => {
  const path = (text: string, variables = {}): string =>
    `/graphql?${new URLSearchParams({ query: text, variables: JSON.stringify(variables) })}`;

  it('answers queries', async () => {
    const text = 'query ($code: String!) { party(code: $code) { code } }';
    const answer = await send(path(text, { code: 'RUS' }));
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ data: { party: { code: 'RUS' } } });
  });
});

describe('an answer', () => {
  it('is JSON that is nobody else’s, and says its language and what it depends on', async () => {
    const { headers } = await post(query('{ viewer { locale } }'));
    expect(headers.get('content-type')).toMatch(/^application\/(graphql-response\+)?json; charset=utf-8$/);
    expect(headers.get('content-language')).toBe('tr');
    expect(headers.get('vary')).toBe('Accept, Accept-Language, Authorization, Origin');
    expect(headers.get('cache-control')).toContain('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('the language of a request', () => {
  // The token's claim, then Accept-Language, then the nation's language, then English.
  it.each([
    ['RUS', 'AZ', 'tr', 'AZ', 'az'],
    ['RUS', undefined, 'tr', 'TR', 'tr'],
    ['RUS', undefined, 'de, az;q=0.5, tr;q=0.1', 'AZ', 'az'],
    ['RUS', undefined, undefined, 'RU', 'ru'],
    ['TUR', undefined, 'de', 'TR', 'tr'],
    ['AZE', undefined, '*', 'AZ', 'az'],
    [null, undefined, undefined, 'EN', 'en'],
    [null, undefined, 'ru-RU', 'RU', 'ru'],
    [null, 'TR', 'ru', 'TR', 'tr'],
  ] as const)(
    '%s with the claim %s and the header %s is %s',
    async (nation, locale, header, expected, tag) => {
      const caller = app.as(nation, nation === null ? 'PUBLIC' : 'LIAISON_OFFICER', { locale });
      const headers = header === undefined ? undefined : { 'accept-language': header };
      const { data, headers: answered } = await caller.query(
        '{ viewer { locale } centre { name en: name(locale: EN) } }',
        {},
        // Without a header of our own, fetch would say that any language will do.
        headers ?? { 'accept-language': '' },
      );
      expect(data.viewer.locale).toBe(expected);
      expect(answered.get('content-language')).toBe(tag);
      expect(data.centre.en).toBe('Joint Turkish-Russian Monitoring Centre');
      const { data: named } = await caller.query('query ($l: Locale) { centre { name(locale: $l) } }', {
        l: expected,
      });
      expect(data.centre.name).toBe(named.centre.name);
    },
  );

  it.each(['TR', 'RU', 'AZ'] as const)(
    'is that of what is wrong with a document: in %s a sentence, before the details in English',
    async (locale) => {
      const { errors } = await app
        .as('TUR', 'LIAISON_OFFICER', { locale })
        .query('{ incidnets { totalCount } }');
      expect(errors[0]?.message).toMatch(/^\p{L}[^."]+\. Cannot query field "incidnets"/u);
    },
  );

  it('is that of error messages, too', async () => {
    const messages = await Promise.all(
      (['TR', 'RU', 'AZ', 'EN'] as const).map(async (locale) => {
        const { errors } = await app
          .as('TUR', 'NATIONAL_ADMIN', { locale })
          .query('{ incidents { totalCount } }');
        return errors[0]?.message;
      }),
    );
    expect(new Set(messages).size).toBe(4);
    for (const message of messages) expect(message).toContain('incident:read');
  });
});

describe('beside GraphQL', () => {
  it('there is a sign of life, one of readiness, and nothing else', async () => {
    expect((await send('/livez', {}, null)).status).toBe(200);
    const ready = await send('/readyz', {}, null);
    expect([ready.status, await ready.json()]).toEqual([200, { status: 'ready' }]);
    for (const path of ['/', '/graphql/x', '/favicon.ico', '/metrics', '/..%2f..%2fetc/passwd', '/livez/x']) {
      expect((await send(path)).status, path).toBe(404);
    }
  });
});
