import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type App, startApp } from '../support/app.js';
import { aReport, people, REPORT, succeed } from '../support/writing.js';

const CHROMIUM = '/usr/bin/chromium';
const ABSENT = `No browser at ${CHROMIUM}: the GraphiQL page is NOT tested. Install it with 'apt-get install chromium'.`;

let browser: Browser | undefined;
/** The demo, and a server whose readers bring their own tokens. */
let demo: App;
let closed: App;
let page: Page;
/** What the browser complained of, and whom it asked for anything but our server. */
let complaints: string[];
/** Every token the demo has handed out to the page, oldest first. */
let minted: string[];
/** What the page sent over sockets, oldest first. */
let spoken: unknown[];

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

beforeAll(async () => {
  if (browser === undefined) return;
  demo = await startApp();
  closed = await startApp({ demo: false });
});
afterAll(async () => {
  await demo?.stop();
  await closed?.stop();
});

beforeEach((ctx) => {
  if (browser === undefined) ctx.skip(ABSENT);
});
afterEach(() => page?.context().close());

/** Opens GraphiQL in a new profile whose browser speaks English; demo tokens live for `tokenSeconds`. */
async function open(server: App, tokenSeconds = 3600): Promise<void> {
  if (browser === undefined) throw new Error(ABSENT);
  const { url } = server;
  complaints = [];
  minted = [];
  spoken = [];
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1360, height: 820 } });
  page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() !== 'error' && message.type() !== 'warning') return;
    // That the schema is withheld is told by a status which browsers always complain of.
    const isWithheld = server === closed && /status of 403/.test(message.text());
    if (!isWithheld) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (protocol !== 'data:' && origin !== url) complaints.push(`asked ${request.url()}`);
  });
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== new URL(url).host) complaints.push(`asked ${socket.url()}`);
    socket.on('framesent', ({ payload }) => spoken.push(JSON.parse(String(payload))));
  });
  await page.route('**/graphiql/token', async (route) => {
    const response = await route.fetch();
    const { token } = await response.json();
    minted.push(token);
    const expiresAt = new Date(Date.now() + tokenSeconds * 1000);
    await route.fulfill({ response, json: { token, expiresAt } });
  });
  await page.goto(`${url}/graphiql`);
  await page.getByLabel('Operation Editor').locator('.view-lines').waitFor();
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
  await open(demo);
  await page.getByText('Choose an identity to begin').waitFor();
  await page.getByLabel('Act as').selectOption('Turkish liaison officer');
  await runOperation();
  await seeResponse('"categoryLabel": "hafif silah ateşi"');
  expect(await page.getByLabel('Language').inputValue()).toBe('TR');
  // The editor takes ı and Cyrillic letters for look-alikes of Latin ones unless it is told not to.
  await page.waitForTimeout(1500);
  expect(await page.locator('.unicode-highlight').count()).toBe(0);

  await page.getByLabel('Act as').selectOption('Russian liaison officer');
  expect(await response()).not.toContain('silah');
  await runOperation();
  await seeResponse('"categoryLabel": "огонь из стрелкового оружия"');

  await page.getByLabel('Language').selectOption('Azərbaycanca');
  await runOperation();
  await seeResponse('"categoryLabel": "atıcı silahlardan atəş"');
  expect(complaints).toEqual([]);
});

test('the examples are in tabs, and the schema is known', async () => {
  await open(demo);
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
  await seeResponse('"ru": "огонь из стрелкового оружия"');
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page
    .getByRole('link', { name: 'Query' })
    .or(page.getByText('Query', { exact: true }))
    .first()
    .waitFor();
  expect(complaints).toEqual([]);
});

test('a demo token is renewed before it ends', async () => {
  await open(demo, 30);
  await page.getByLabel('Act as').selectOption('Turkish liaison officer');
  await runOperation();
  await seeResponse('hafif silah ateşi');
  const before = minted.length;
  await runOperation();
  await expect.poll(() => minted.length).toBeGreaterThan(before);
  await seeResponse('hafif silah ateşi');
});

test('a demo token with an hour left is used again', async () => {
  await open(demo);
  await page.getByLabel('Act as').selectOption('Turkish liaison officer');
  await runOperation();
  await seeResponse('hafif silah ateşi');
  await runOperation();
  await seeResponse('hafif silah ateşi');
  expect(minted).toHaveLength(1);
});

test('outside the demo a token is pasted, used, forgotten, and never stored', async () => {
  await open(closed);
  const { token } = closed.as('RUS', 'DUTY_OFFICER');
  await page.getByText('Paste an access token to begin').waitFor();
  await runOperation();
  await seeResponse('the request has no token yet');

  await page.getByLabel('Access token').fill('nonsense');
  await page.getByRole('button', { name: 'Use', exact: true }).click();
  await page.getByText('A token is three parts').waitFor();
  await page.getByLabel('Access token').fill(`Bearer ${token}`);
  await page.getByRole('button', { name: 'Use', exact: true }).click();
  await page.getByText('Token in use').waitFor();
  await runOperation();
  await seeResponse('"categoryLabel": "small-arms fire"');
  await page.waitForTimeout(700);
  expect(await leftBehind()).not.toContain(token);
  expect(await leftBehind()).not.toContain('incidents');

  await page.getByRole('button', { name: 'Forget it' }).click();
  await runOperation();
  await seeResponse('the request has no token yet');
  await page.reload();
  await page.getByText('Paste an access token to begin').waitFor();
  expect(complaints).toEqual([]);
});

test('the demo stores neither tokens nor operations, but remembers the layout', async () => {
  await open(demo);
  await page.getByLabel('Act as').selectOption('Turkish liaison officer');
  await runOperation();
  await seeResponse('hafif silah ateşi');
  await page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
  await page.waitForTimeout(700);
  const left = await leftBehind();
  expect(left).toContain('graphiql:visiblePlugin');
  expect(left).not.toContain(minted[0]);
  expect(left).not.toContain('incidents');
});

test('a refused token is explained', async () => {
  await open(closed);
  await page.getByLabel('Access token').fill('not.known.here');
  await page.getByRole('button', { name: 'Use', exact: true }).click();
  await page.getByText('The server refused the token').waitFor();
  await runOperation();
  await seeResponse('UNAUTHENTICATED');
});

test('without introspection the page says so and operations run', async () => {
  await open(closed);
  await page.getByLabel('Access token').fill(closed.as('TUR', 'LIAISON_OFFICER').token);
  await page.getByRole('button', { name: 'Use', exact: true }).click();
  await page.getByText('This token may not read the schema').waitFor();
  await page.getByLabel('Language').selectOption('Türkçe');
  await runOperation();
  await seeResponse('hafif silah ateşi');
  expect(complaints).toEqual([]);
});

test('an answer stays in its pane when the schema is withheld after it was asked for', async () => {
  await open(closed);
  let introspections = 0;
  await page.route('**/graphql', async (route) => {
    if (route.request().postData()?.includes('IntrospectionQuery')) {
      introspections += 1;
      await new Promise((resolve) => setTimeout(resolve, 700));
    }
    await route.continue();
  });
  await page.getByLabel('Access token').fill(closed.as('TUR', 'LIAISON_OFFICER').token);
  await page.getByRole('button', { name: 'Use', exact: true }).click();
  await runOperation();
  await page.getByText('This token may not read the schema').waitFor();
  await seeResponse('"categoryLabel"');
  expect(introspections).toBe(1);
  await page.waitForTimeout(300);
  expect(await response()).toContain('"categoryLabel"');
});

test('subscriptions go over a socket of this server, greeted with token and language', async () => {
  await open(demo);
  await page.getByLabel('Act as').selectOption('Russian liaison officer');
  await page.getByLabel('Operation Editor').locator('.view-lines').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText('subscription Events { incidentEvents { cursor kind } }');
  await page.waitForTimeout(300);
  expect(spoken).toEqual([]);
  await runOperation();
  const { rusDuty } = people(demo);
  const afterReport = async () => {
    await succeed(rusDuty, REPORT, aReport());
    return response();
  };
  await expect.poll(afterReport, { interval: 500, timeout: 10_000 }).toContain('"kind": "REPORTED"');
  expect(spoken[0]).toEqual({
    type: 'connection_init',
    payload: { authorization: `Bearer ${minted[0]}`, acceptLanguage: 'ru' },
  });
  expect(complaints).toEqual([]);
});
