import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type App, startApp } from '../../support/app.js';
import { begun, EVENTS, follow, type Message, stream } from '../../support/event-clients.js';

let app: App;
let folder: string;
const QUERY = '{ parties { officials { code } } }';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merzili-manifest-'));
  const trustedDocumentsFile = join(folder, 'manifest.json');
  await writeFile(trustedDocumentsFile, JSON.stringify({ q: QUERY, e: EVENTS }));
  app = await startApp({
    config: { trustedDocumentsFile, cost: { budget: 100, ceiling: 100, restoreRate: 1 } },
  });
});
afterAll(async () => {
  await app?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function overSocket(token: string, query: string, rest: object = {}): Promise<Message> {
  const follower = await follow(app.url, token, query, {}, {}, rest);
  await follower.ended();
  await follower.stop();
  return follower.messages[0] ?? { errors: follower.errors };
}

async function overStream(token: string, body: { query: string }): Promise<Message> {
  const sse = await stream(app.url, token, body);
  await sse.ended();
  return sse.messages[0] ?? {};
}

const codeOf = ({ errors }: Message): unknown => errors?.[0]?.extensions.code;

it('only trusted documents are answered on a socket, by id or by text', async () => {
  const { token } = app.as('TUR', 'DUTY_OFFICER');
  expect(codeOf(await overSocket(token, '{ viewer { subject } }'))).toBe('DOCUMENT_NOT_TRUSTED');
  expect(codeOf(await overSocket(token, 'subscription { incidentEvents { kind } }'))).toBe(
    'DOCUMENT_NOT_TRUSTED',
  );
  expect((await overSocket(token, QUERY)).data.parties).toBeInstanceOf(Array);
  expect((await overSocket(token, '', { documentId: 'q' })).data.parties).toBeInstanceOf(Array);
});

it('all transports share one budget, and each answers RATE_LIMITED at its end', async () => {
  const officer = app.as('RUS', 'DUTY_OFFICER');
  let spent = 0;
  for (;;) {
    const { errors } = await officer.query(QUERY);
    if (errors.length > 0) break;
    spent += 1;
  }
  expect(spent).toBeGreaterThan(0);
  const http = await officer.query(QUERY);
  expect([http.status, codeOf(http)]).toEqual([429, 'RATE_LIMITED']);
  expect(codeOf(await overSocket(officer.token, QUERY))).toBe('RATE_LIMITED');
  expect(codeOf(await overStream(officer.token, { query: QUERY }))).toBe('RATE_LIMITED');
});

it('events are charged as they are sent; a subscription that uses up the budget ends with the code', async () => {
  const { token } = app.as('AZE', 'DUTY_OFFICER');
  const follower = await follow(app.url, token);
  await begun(follower);
  await app.sql(
    `insert into incident_event (key, incident_key, audience, kind, at, version)
     select gen_random_uuid(), key, 15, 'AMENDED', now(), 1 from incident, generate_series(1, 100)
      where reference = (select min(reference) from incident where audience = 15)`,
  );
  await follower.ended();
  expect(follower.errors).toMatchObject([
    { extensions: { code: 'RATE_LIMITED', retryable: true, retryAfter: expect.any(Number) } },
  ]);
  expect(follower.messages.length).toBeGreaterThan(10);
  expect(follower.messages.length).toBeLessThan(100);
  await follower.stop();
});
