import { cp, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../src/common/package-root.js';
import { bundleGraphiql } from '../../src/graphiql/bundle.js';
import { DEMO_IDENTITIES } from '../../src/graphiql/demo.js';
import { graphiqlHandler } from '../../src/graphiql/graphiql.js';
import { tokenResponseSchema } from '../../src/graphiql/setup.js';
import { createOrigins } from '../../src/http/origins.js';
import { type App, startApp } from '../support/app.js';

const ASSETS_DIR = join(PACKAGE_ROOT, 'dist/graphiql');

/** The demo, and a server whose readers bring their own tokens. */
let demo: App;
let closed: App;

beforeAll(async () => {
  demo = await startApp();
  closed = await startApp({ demo: false });
});
afterAll(async () => {
  await demo?.stop();
  await closed?.stop();
});

/** Sends a path exactly as written, which `fetch` would normalise first. */
function sendRaw(url: string, path: string, method = 'GET'): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((done, fail) => {
    request({ hostname, port, path, method }, (res) => {
      let body = '';
      res.setEncoding('utf8');
      res.on('data', (chunk) => {
        body += chunk;
      });
      res.on('end', () => done({ status: res.statusCode ?? 0, body }));
    })
      .on('error', fail)
      .end();
  });
}

async function assetPaths(): Promise<{ script: string; style: string }> {
  const page = await (await fetch(`${demo.url}/graphiql`)).text();
  const script = /src="(\/graphiql\/main-[^"]+\.js)"/.exec(page)?.[1];
  const style = /href="(\/graphiql\/main-[^"]+\.css)"/.exec(page)?.[1];
  if (!script || !style) throw new Error('The page links no script or no style.');
  return { script, style };
}

function askToken(
  url: string,
  headers: Record<string, string> = {},
  body = '{"identity":0}',
): Promise<Response> {
  return fetch(`${url}/graphiql/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url, 'sec-fetch-site': 'same-origin', ...headers },
    body,
  });
}

describe('the page', () => {
  test('carries the identities in the demo and none otherwise', async () => {
    const open = await (await fetch(`${demo.url}/graphiql`)).text();
    expect(open).toContain('<title>Merzili</title>');
    expect(open).toContain('Turkish liaison officer');
    const own = await (await fetch(`${closed.url}/graphiql`)).text();
    expect(own).toContain('{"identities":null}');
    expect(own).not.toContain('%S');
  });

  test('cannot be broken out of by a label', async () => {
    const identities = [
      { label: '</script><script>alert(1)</script>', nation: null, role: 'PUBLIC' as const },
    ];
    const { body } = serveOnce(
      graphiqlHandler({
        assetsDir: ASSETS_DIR,
        demo: true,
        origins: createOrigins({ publicUrl: null, allowedOrigins: [] }),
        identities,
        mint: () => ({ token: '', expiresAt: new Date() }),
      }),
    );
    expect(body).toContain('\\u003c/script>');
    expect(body).not.toContain('</script><script>alert');
  });

  test('comes with strict headers', async () => {
    const { headers } = await fetch(`${demo.url}/graphiql`);
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe-eval');
    expect(policy).not.toMatch(/https?:|\*/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  });

  test('is revalidated, its assets never again', async () => {
    const page = await fetch(`${demo.url}/graphiql`);
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const etag = page.headers.get('etag') ?? '';
    const again = await fetch(`${demo.url}/graphiql`, { headers: { 'if-none-match': `W/${etag}` } });
    expect(again.status).toBe(304);
    const other = await fetch(`${demo.url}/graphiql`, { headers: { 'if-none-match': '"other"' } });
    expect(other.status).toBe(200);

    const { script, style } = await assetPaths();
    const [js, css] = await Promise.all([fetch(demo.url + script), fetch(demo.url + style)]);
    expect(js.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(css.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect(js.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(js.headers.get('content-encoding')).toBe('gzip');
    const plain = await fetch(demo.url + script, { headers: { 'accept-encoding': 'gzip;q=0' } });
    expect(plain.headers.get('content-encoding')).toBeNull();
    expect(await plain.text()).toBe(await js.text());
  });

  test('names nothing outside this server', async () => {
    const { script, style } = await assetPaths();
    const css = await (await fetch(demo.url + style)).text();
    expect(css).not.toMatch(/url\(["']?(?:https?:)?\/\//);
    const page = await (await fetch(`${demo.url}/graphiql`)).text();
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
    const js = await (await fetch(demo.url + script)).text();
    expect(js).not.toMatch(/unpkg\.com|esm\.sh|jsdelivr/);
  });

  test('answers HEAD without a body, other methods with 405, and sends the slash away', async () => {
    const head = await fetch(`${demo.url}/graphiql`, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(Number(head.headers.get('content-length'))).toBeGreaterThan(500);
    expect(await head.text()).toBe('');
    const post = await fetch(`${demo.url}/graphiql`, { method: 'POST', body: 'x' });
    expect(post.status).toBe(405);
    expect(post.headers.get('allow')).toBe('GET, HEAD');
    const slash = await fetch(`${demo.url}/graphiql/`, { redirect: 'manual' });
    expect(slash.status).toBe(308);
    expect(slash.headers.get('location')).toBe('/graphiql');
  });
});

/** What a handler writes for a GET, without a socket. */
function serveOnce(handler: ReturnType<typeof graphiqlHandler>, url = '/graphiql'): { body: string } {
  let body = '';
  const req = { url, method: 'GET', headers: {} };
  const res = {
    req,
    writeHead: () => res,
    end: (chunk?: Buffer) => {
      body = chunk?.toString() ?? '';
    },
  };
  expect(Reflect.apply(handler, undefined, [req, res])).toBe(true);
  return { body };
}

describe('paths', () => {
  test.each([
    '/graphiql/nothing',
    '/graphiql/index.html',
    '/graphiql/inputs.json',
    '/graphiql/../package.json',
    '/graphiql/..%2f..%2fpackage.json',
    '/graphiql/%2e%2e/%2e%2e/package.json',
    '/graphiql/....//....//package.json',
    '/graphiql/..\\..\\package.json',
    '/graphiql//etc/passwd',
    '/graphiql/main-AAAAAAAA.js',
    '/graphiql/__proto__',
    '/graphiql/constructor',
  ])('%s is not there', async (path) => {
    const { status, body } = await sendRaw(demo.url, path);
    expect(status).toBe(404);
    expect(body).toBe('Not found');
  });

  test('gzipped twins are not served by name', async () => {
    const { script } = await assetPaths();
    expect((await sendRaw(demo.url, `${script}.gz`)).status).toBe(404);
    expect((await sendRaw(demo.url, script)).status).toBe(200);
  });

  test.each(['/graphql', '/graphiqlx', '/', '/GRAPHIQL'])('%s is left to others', (path) => {
    const handler = graphiqlHandler({ assetsDir: ASSETS_DIR, demo: false });
    expect(Reflect.apply(handler, undefined, [{ url: path, method: 'GET', headers: {} }, {}])).toBe(false);
  });
});

describe('demo tokens', () => {
  test('are minted for the page of this server', async () => {
    for (const [identity, { nation, role }] of DEMO_IDENTITIES.entries()) {
      const response = await askToken(demo.url, {}, JSON.stringify({ identity }));
      expect(response.status).toBe(200);
      expect(response.headers.get('cache-control')).toBe('no-store');
      const { token, expiresAt } = tokenResponseSchema.parse(await response.json());
      expect(Date.parse(expiresAt)).toBeGreaterThan(Date.now());
      const answer = await fetch(`${demo.url}/graphql`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: '{"query":"{ viewer { nation role } }"}',
      });
      expect(await answer.json()).toMatchObject({ data: { viewer: { nation, role } } });
    }
  });

  test('are not there outside the demo', async () => {
    const response = await askToken(closed.url);
    expect(response.status).toBe(404);
    expect(await response.text()).toBe('Not found');
  });

  test.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another origin of the same site', { 'sec-fetch-site': 'same-site' }],
    ['another origin', { origin: 'https://evil.example' }],
    ['another port', { origin: 'http://127.0.0.1:1' }],
    ['an opaque origin', { origin: 'null' }],
  ])('are denied to %s', async (_case, headers) => {
    const response = await askToken(demo.url, headers);
    expect(response.status).toBe(403);
    expect(await response.json()).not.toHaveProperty('token');
  });

  test('are denied to a name that DNS made point here, and given at localhost', async () => {
    const { port } = new URL(demo.url);
    const ask = (name: string) =>
      new Promise<number>((done, fail) => {
        const headers = {
          host: `${name}:${port}`,
          origin: `http://${name}:${port}`,
          'content-type': 'application/json',
        };
        request({ host: '127.0.0.1', port, path: '/graphiql/token', method: 'POST', headers }, (res) => {
          res.resume();
          done(res.statusCode ?? 0);
        })
          .on('error', fail)
          .end('{"identity":0}');
      });
    expect(await ask('rebound.example')).toBe(403);
    expect(await ask('localhost')).toBe(200);
  });

  test.each([
    ['a form', { 'content-type': 'text/plain' }, '{"identity":0}', 415],
    ['no JSON', {}, 'identity=0', 400],
    ['no such identity', {}, '{"identity":99}', 400],
    ['a negative identity', {}, '{"identity":-1}', 400],
    ['a name', {}, '{"identity":"__proto__"}', 400],
    ['something more', {}, '{"identity":0,"role":"CONTINGENT_HEAD"}', 400],
    ['a large body', {}, `{"identity":0${' '.repeat(5000)}}`, 413],
  ])('are denied for %s', async (_case, headers, body, status) => {
    expect((await askToken(demo.url, headers, body)).status).toBe(status);
  });

  test('are had by POST alone', async () => {
    const response = await fetch(`${demo.url}/graphiql/token`);
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });
});

describe('the bundle', () => {
  test('is made once, and again when an input has changed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'graphiql-'));
    try {
      const out = join(folder, 'out');
      await cp(ASSETS_DIR, out, { recursive: true });
      const first = await stat(join(out, 'index.html'));
      await bundleGraphiql(out);
      expect((await stat(join(out, 'index.html'))).mtimeMs).toBe(first.mtimeMs);
      await writeFile(
        join(out, 'inputs.json'),
        JSON.stringify({ files: ['package.json'], hash: 'of something else' }),
      );
      await bundleGraphiql(out);
      expect((await stat(join(out, 'index.html'))).mtimeMs).toBeGreaterThan(first.mtimeMs);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('is served by its hashed names alone', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'graphiql-'));
    try {
      await cp(ASSETS_DIR, folder, { recursive: true });
      await writeFile(join(folder, 'stray.js'), 'stray');
      await writeFile(join(folder, 'added-ABCDEFGH.js'), 'added');
      const handler = graphiqlHandler({ assetsDir: folder, demo: false });
      expect(serveOnce(handler, '/graphiql/added-ABCDEFGH.js').body).toBe('added');
      expect(serveOnce(handler, '/graphiql/stray.js').body).toBe('Not found');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('is asked for where it is missing', () => {
    expect(() => graphiqlHandler({ assetsDir: '/nonexistent', demo: false })).toThrow(/npm run build/);
  });
});
