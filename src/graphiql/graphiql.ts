import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Origins } from '../http/origins.js';
import { discardRest } from '../http/request-body.js';
import { type Asset, readAssets } from './assets.js';
import { answerTokenRequest } from './demo-token.js';
import type { Identity, MintedToken } from './identity.js';

export type GraphiqlOptions = {
  /** Where `bundleGraphiql` put the page. */
  readonly assetsDir: string;
} & (
  | {
      /** The page offers `identities` and fetches their tokens from `POST /graphiql/token`. */
      readonly demo: true;
      /** Says whether a request comes from the page that this server served. */
      readonly origins: Origins;
      readonly identities: readonly Identity[];
      readonly mint: (identity: Identity) => MintedToken;
      /** Receives the reason why a token could not be minted. The client does not. */
      readonly onError?: (error: unknown) => void;
    }
  | {
      /** The user pastes a token; `POST /graphiql/token` answers 404. */
      readonly demo: false;
    }
);

/** Monaco adds style elements to the page, so styles need 'unsafe-inline'. Scripts do not. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const SECURITY_HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

const PAGE = '/graphiql';
const TOKEN = '/graphiql/token';

function respond(
  res: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string | number>>,
  body?: string | Buffer,
): void {
  res.writeHead(status, {
    ...SECURITY_HEADERS,
    'Content-Length': body === undefined ? 0 : Buffer.byteLength(body),
    ...headers,
  });
  res.end(res.req.method === 'HEAD' ? undefined : body);
}

function respondText(res: ServerResponse, status: number, text: string, headers = {}): void {
  respond(
    res,
    status,
    { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store', ...headers },
    text,
  );
}

function respondJson(res: ServerResponse, status: number, body: object): void {
  respond(
    res,
    status,
    {
      'Content-Type': 'application/json; charset=utf-8',
      'Cache-Control': 'no-store',
    },
    JSON.stringify(body),
  );
}

function respondAsset(req: IncomingMessage, res: ServerResponse, asset: Asset): void {
  const validators = { 'Cache-Control': asset.cacheControl, ETag: asset.etag, Vary: 'Accept-Encoding' };
  const known = req.headers['if-none-match']?.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (known?.includes(asset.etag)) {
    res.writeHead(304, { ...SECURITY_HEADERS, ...validators });
    res.end();
    return;
  }
  const encodings = String(req.headers['accept-encoding'] ?? '');
  const zipped = /\bgzip\b(?!\s*;\s*q=0(?:\.0+)?\b)/i.test(encodings) ? asset.gzipped : null;
  respond(
    res,
    200,
    {
      'Content-Type': asset.contentType,
      ...validators,
      ...(zipped === null ? {} : { 'Content-Encoding': 'gzip' }),
    },
    zipped ?? asset.body,
  );
}

/**
 * Serves GraphiQL at `/graphiql` and below, from memory. The handler answers those paths and returns true.
 * For any other path it returns false and leaves request and response alone.
 *
 * @throws when `assetsDir` has not been bundled
 */
export function graphiqlHandler(
  options: GraphiqlOptions,
): (req: IncomingMessage, res: ServerResponse) => boolean {
  const identities = options.demo
    ? options.identities.map(({ label, nation, role }) => ({ label, nation, role }))
    : null;
  const assets = readAssets(options.assetsDir, { identities });

  function serveToken(req: IncomingMessage, res: ServerResponse): void {
    if (!options.demo) respondText(res, 404, 'Not found');
    else if (req.method !== 'POST') respondText(res, 405, 'Method not allowed', { Allow: 'POST' });
    else {
      answerTokenRequest(req, options.origins, options.identities, options.mint).then(
        ({ status, body }) => {
          respondJson(res, status, body);
          discardRest(req);
        },
        (error: unknown) => {
          options.onError?.(error);
          if (!res.headersSent) respondJson(res, 500, { error: 'The token could not be minted.' });
        },
      );
    }
  }

  function servePath(req: IncomingMessage, res: ServerResponse, path: string): void {
    const asset = assets.get(path === `${PAGE}/` ? PAGE : path);
    if (asset === undefined) respondText(res, 404, 'Not found');
    else if (req.method !== 'GET' && req.method !== 'HEAD') {
      respondText(res, 405, 'Method not allowed', { Allow: 'GET, HEAD' });
    } else if (path === `${PAGE}/`) {
      respond(res, 308, { Location: PAGE, 'Cache-Control': 'no-cache' });
    } else respondAsset(req, res, asset);
  }

  return (req, res) => {
    const path = req.url?.split('?', 1)[0] ?? '';
    if (path !== PAGE && !path.startsWith(`${PAGE}/`)) return false;
    if (path === TOKEN) {
      serveToken(req, res);
      return true;
    }
    servePath(req, res, path);
    return true;
  };
}
