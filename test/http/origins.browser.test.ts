import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type App, startApp } from '../support/app.js';
import { aReport, REPORT } from '../support/writing.js';

const CHROMIUM = '/usr/bin/chromium';
const ABSENT = `No browser at ${CHROMIUM}: pages of other origins are NOT tested. Install it with 'apt-get install chromium'.`;

let browser: Browser | undefined;
let app: App;
let page: Page;
/** Where the page sends its requests. */
let target: string;
/** Servers of empty pages: one is listed, the other is not. */
let listed: Server;
let stranger: Server;

const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

async function servePages(): Promise<Server> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Console</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) return console.warn(ABSENT);
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP rebound.example 127.0.0.1',
    ],
  });
  listed = await servePages();
  stranger = await servePages();
  app = await startApp({ config: { allowedOrigins: [urlOf(listed)] } });
});
afterAll(async () => {
  await browser?.close();
  listed?.close();
  stranger?.close();
  await app?.stop();
});
beforeEach((context) => {
  if (browser === undefined) context.skip(ABSENT);
});
afterEach(() => page?.context().close());

async function visit(url: string, server = app.url): Promise<void> {
  target = server;
  if (browser === undefined) throw new Error(ABSENT);
  page = await (await browser.newContext()).newPage();
  await page.goto(url);
}

/** A request as a page sends it: what it could read of the answer, or the error that it got instead. */
function send(body: object, headers: Record<string, string> = {}): Promise<string> {
  const { token } = app.as('TUR', 'DUTY_OFFICER');
  const init = {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
  return page.evaluate(
    async ([url, sent]) => {
      try {
        const response = await fetch(url, sent);
        const read = ['content-language', 'x-request-id'].every((name) => response.headers.has(name));
        return `${response.status} ${read} ${await response.text()}`;
      } catch (error) {
        return String(error);
      }
    },
    [`${target}/graphql`, init] as const,
  );
}

/** Opens a socket as a page does: the first message after connection_init, or the code that it is closed with. */
function openSocket(): Promise<string> {
  const { token } = app.as('TUR', 'DUTY_OFFICER');
  return page.evaluate(
    ([url, authorization]) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(url, 'graphql-transport-ws');
        socket.onopen = () =>
          socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } }));
        socket.onmessage = ({ data }) => resolve(String(data));
        socket.onclose = ({ code }) => resolve(`closed ${code}`);
      }),
    [`${target.replace('http', 'ws')}/graphql`, `Bearer ${token}`] as const,
  );
}

const QUERY = { query: '{ viewer { role } }' };
const report = (): object => ({ query: REPORT, variables: { input: aReport() } });
const incidents = async (): Promise<string | undefined> =>
  (await app.sql<{ count: string }>('select count(*) from incident'))[0]?.count;

describe('a page of a listed origin', () => {
  test('queries and reads answers, errors and their headers', async () => {
    await visit(urlOf(listed));
    expect(await send(QUERY)).toMatch(/^200 true .*DUTY_OFFICER/);
    expect(await send({ query: '{ nothing }' })).toMatch(/^400 true .*GRAPHQL_VALIDATION_FAILED/);
    expect(await send(QUERY, { authorization: 'Bearer x' })).toMatch(/^401 true .*UNAUTHENTICATED/);
    expect(await send(QUERY, { 'x-request-id': 'a', traceparent: 'b' })).toMatch(/^200 /);
  });

  test('writes', async () => {
    await visit(urlOf(listed));
    expect(await send(report())).toMatch(/^200 true .*"userErrors":\[\]/);
  });

  test('follows an event stream and a socket', async () => {
    await visit(urlOf(listed));
    expect(await send(QUERY, { accept: 'text/event-stream' })).toMatch(/^200 true event: next/);
    expect(await openSocket()).toContain('connection_ack');
  });
});

const rebound = (): string => app.url.replace('127.0.0.1', 'rebound.example');

describe.each([
  ['a page of another origin', () => urlOf(stranger), () => app.url],
  ['a page at a name that DNS points here', () => `${rebound()}/graphiql`, rebound],
])('%s', (_, url, server) => {
  test('reads nothing, writes nothing, follows nothing', async () => {
    await visit(url(), server());
    const before = await incidents();
    for (const body of [QUERY, report()]) {
      for (const accept of ['application/json', 'text/event-stream']) {
        // A page at the rebound name is of one origin with what answers it, and reads the refusal.
        expect(await send(body, { accept })).toMatch(/Failed to fetch|^403 .*ORIGIN_NOT_ALLOWED/);
      }
    }
    expect(await incidents()).toBe(before);
    expect(await openSocket()).toBe('closed 1006');
  });
});
