import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startTestServer, type TestServer, type TestServerOptions } from './test-server.js';

const CHROMIUM = '/usr/bin/chromium';
const ABSENT = `No browser at ${CHROMIUM}: the GraphiQL page is NOT tested. Install it with 'apt-get install chromium'.`;

let browser: Browser | undefined;
let server: TestServer | undefined;
let page: Page;
/** What the browser complained of, and whom it asked for anything but our server. */
let complaints: string[];

beforeAll(async () => {
  if (!existsSync(CHROMIUM)) return console.warn(ABSENT);
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
});
afterAll(() => browser?.close());

beforeEach((ctx) => {
  if (browser === undefined) ctx.skip(ABSENT);
});
afterEach(async () => {
  await page?.context().close();
  await server?.close();
  server = undefined;
});

/** Opens GraphiQL in a new profile whose browser speaks English. */
async function open(options: TestServerOptions): Promise<TestServer> {
  if (browser === undefined) throw new Error(ABSENT);
  const started = await startTestServer(options);
  server = started;
  complaints = [];
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1360, height: 820 } });
  page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== 'data:' && origin !== started.url) complaints.push(`asked ${request.url()}`);
  });
  await page.goto(`${started.url}/graphiql`);
  await page.getByLabel('Operation Editor').locator('.view-lines').waitFor();
  return started;
}

async function runOperation(): Promise<void> {
  await page.getByRole('button', { name: /^Execute query/ }).click();
}

/** What the response pane shows. */
async function response(): Promise<string> {
  const text = await page.locator('.graphiql-response .view-lines').textContent();
  return (text ?? '').replaceAll('\u00a0', ' ');
}

/** Waits until the response pane shows a text. */
async function seeResponse(text: string): Promise<void> {
  await expect.poll(response, { timeout: 10_000 }).toContain(text);
}

/** Everything a page can leave behind in a browser, as one text. */
async function leftBehind(): Promise<string> {
  const state = await page.context().storageState({ indexedDB: true });
  const session = await page.evaluate('JSON.stringify(sessionStorage)');
  const fields = await page
    .locator('input')
    .evaluateAll((all) => all.map((field) => Reflect.get(field, 'value')));
  return JSON.stringify([state, session, fields, page.url()]);
}

test('the Turkish liaison officer reads Turkish labels, the Russian one Russian', async () => {
  await open({ demo: true });
  await page.getByText('Choose an identity to begin').waitFor();
  await page.getByLabel('Act as').selectOption('Turkish liaison officer');
  await runOperation();
  await seeResponse('"categoryLabel": "Mayın olayı"');
  expect(await page.getByLabel('Language').inputValue()).toBe('TR');
  // The editor takes ı and Cyrillic letters for look-alikes of Latin ones unless it is told not to.
  await page.waitForTimeout(1500);
  expect(await page.locator('.unicode-highlight').count()).toBe(0);
  await page.screenshot({ path: process.env.GRAPHIQL_SCREENSHOT });

  await page.getByLabel('Act as').selectOption('Russian liaison officer');
  expect(await response()).not.toContain('Mayın');
  await runOperation();
  await seeResponse('"categoryLabel": "Подрыв на мине"');

  await page.getByLabel('Language').selectOption('Azərbaycanca');
  await runOperation();
  await seeResponse('"categoryLabel": "Mina hadisəsi"');
  expect(complaints).toEqual([]);
});

test('the examples are in tabs, and the schema is known', async () => {
  await open({ demo: true });
  const tabs = page.getByRole('tab');
  expect(await tabs.allInnerTexts()).toEqual([
    'Incidents',
    'TwoLanguages',
    'Statistics',
    'Agreement',
    'Viewer',
    'TranslationQueue',
  ]);
  await page.getByLabel('Act as').selectOption('Integrator');
  await page.getByRole('tab', { name: 'TwoLanguages' }).click();
  // GraphiQL notices the operation's name 100 ms after the text has changed.
  await page.waitForTimeout(300);
  await runOperation();
  await seeResponse('"ru": "Подрыв на мине"');
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page
    .getByRole('link', { name: 'Query' })
    .or(page.getByText('Query', { exact: true }))
    .first()
    .waitFor();
  expect(complaints).toEqual([]);
});

test('a demo token is renewed before it ends', async () => {
  const { minted } = await open({ demo: true, tokenSeconds: 30 });
  await page.getByLabel('Act as').selectOption('Turkish liaison officer');
  await runOperation();
  await seeResponse('Mayın olayı');
  const before = minted.length;
  await runOperation();
  await expect.poll(() => minted.length).toBeGreaterThan(before);
  await seeResponse('Mayın olayı');
});

test('a demo token with an hour left is used again', async () => {
  const { minted } = await open({ demo: true });
  await page.getByLabel('Act as').selectOption('Turkish liaison officer');
  await runOperation();
  await seeResponse('Mayın olayı');
  await runOperation();
  await seeResponse('Mayın olayı');
  expect(minted).toHaveLength(1);
});

test('outside the demo a token is pasted, used, forgotten, and never stored', async () => {
  const { ownToken } = await open({ demo: false });
  await page.getByText('Paste an access token to begin').waitFor();
  await runOperation();
  await seeResponse('the request has no token yet');

  await page.getByLabel('Access token').fill('nonsense');
  await page.getByRole('button', { name: 'Use', exact: true }).click();
  await page.getByText('A token is three parts').waitFor();
  await page.getByLabel('Access token').fill(`Bearer ${ownToken}`);
  await page.getByRole('button', { name: 'Use', exact: true }).click();
  await page.getByText('Token in use').waitFor();
  await runOperation();
  await seeResponse('"categoryLabel": "Mine incident"');
  await page.waitForTimeout(700);
  expect(await leftBehind()).not.toContain(ownToken);
  expect(await leftBehind()).not.toContain('incidents');

  await page.getByRole('button', { name: 'Forget it' }).click();
  await runOperation();
  await seeResponse('the request has no token yet');
  await page.reload();
  await page.getByText('Paste an access token to begin').waitFor();
  expect(complaints).toEqual([]);
});

test('the demo stores neither tokens nor operations, but remembers the layout', async () => {
  const { minted } = await open({ demo: true });
  await page.getByLabel('Act as').selectOption('Turkish liaison officer');
  await runOperation();
  await seeResponse('Mayın olayı');
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.waitForTimeout(700);
  const left = await leftBehind();
  expect(left).toContain('graphiql:visiblePlugin');
  expect(left).not.toContain(minted[0]);
  expect(left).not.toContain('incidents');
});

test('a refused token is explained', async () => {
  await open({ demo: false });
  await page.getByLabel('Access token').fill('not.known.here');
  await page.getByRole('button', { name: 'Use', exact: true }).click();
  await page.getByText('The server refused the token').waitFor();
  await runOperation();
  await seeResponse('UNAUTHENTICATED');
});

test('without introspection the page says so and operations run', async () => {
  await open({ demo: true, introspection: false });
  await page.getByLabel('Act as').selectOption('Turkish liaison officer');
  await page.getByText('This token may not read the schema').waitFor();
  await runOperation();
  await seeResponse('Mayın olayı');
  expect(complaints).toEqual([]);
});

test('subscriptions go over a socket of this server, greeted with token and language', async () => {
  const { minted, greetings } = await open({ demo: true });
  await page.getByLabel('Act as').selectOption('Russian liaison officer');
  await page.getByLabel('Operation Editor').locator('.view-lines').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText('subscription Events { incidentEvents { cursor kind } }');
  await page.waitForTimeout(300);
  expect(greetings).toHaveLength(0);
  await runOperation();
  await seeResponse('"kind": "REPORTED"');
  expect(greetings).toEqual([{ authorization: `Bearer ${minted[0]}`, acceptLanguage: 'ru' }]);
  expect(complaints).toEqual([]);
});
