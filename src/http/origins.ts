import type { IncomingMessage, ServerResponse } from 'node:http';

/** Names of this machine for itself: what the default of MERZILI_PUBLIC_URL stands for. */
const LOOPBACK_HOSTS = ['127.0.0.1', 'localhost', '[::1]'];

/** Request headers that GraphQL clients, and the tools that trace them, send. */
const REQUEST_HEADERS = [
  'Accept',
  'Accept-Language',
  'Apollo-Require-Preflight',
  'ApolloGraphQL-Client-Name',
  'ApolloGraphQL-Client-Version',
  'Authorization',
  'Baggage',
  'Cache-Control',
  'Content-Type',
  'GraphQL-Client-Name',
  'GraphQL-Client-Version',
  'GraphQL-Preflight',
  'Last-Event-ID',
  'Traceparent',
  'Tracestate',
  'X-Apollo-Operation-Name',
  'X-Request-Id',
  'X-Requested-With',
].join(', ');

/** Response headers that pages of other origins may read. */
const EXPOSED_HEADERS = 'Content-Language, X-Request-Id, Retry-After';

/** How long browsers may remember the answer to a preflight, in seconds: the most that they do. */
const PREFLIGHT_SECONDS = '7200';

interface OriginSettings {
  /** Origin of the pages that this server serves; null for the loopback address and the port of the connection. */
  readonly publicUrl: string | null;
  /** Further origins whose pages may send requests. */
  readonly allowedOrigins: readonly string[];
}

/** Which pages may send requests. A page says its origin; a program says none. */
export interface Origins {
  /** Whether the request comes from a program, a page of this server, or a page of a listed origin. */
  isAllowed(request: IncomingMessage): boolean;
  /**
   * Whether the request comes from a page of this server. Host is compared as well: a foreign name that DNS
   * points here (rebinding) is then never taken for ours.
   */
  isFromOwnPage(request: IncomingMessage): boolean;
}

export function createOrigins({ publicUrl, allowedOrigins }: OriginSettings): Origins {
  const allowed = new Set(allowedOrigins);

  function isPublic(origin: string, { socket }: IncomingMessage): boolean {
    if (publicUrl !== null) return origin === publicUrl;
    return LOOPBACK_HOSTS.some((host) => origin === originOf(host, socket.localPort));
  }

  return {
    isAllowed(request) {
      const { origin } = request.headers;
      return origin === undefined || allowed.has(origin) || isPublic(origin, request);
    },
    isFromOwnPage(request) {
      const { origin, host, 'sec-fetch-site': site = 'same-origin' } = request.headers;
      if (origin === undefined || site !== 'same-origin' || !isPublic(origin, request)) return false;
      return new URL(origin).host === host;
    },
  };
}

/** Without port 80, as browsers write it. */
function originOf(host: string, port: number | undefined): string {
  return port === 80 ? `http://${host}` : `http://${host}:${port}`;
}

/**
 * Lets the page that sent an allowed request read the answer, whatever it will be. No credentials: tokens travel
 * in a header that the page sets itself.
 */
export function exposeTo(request: IncomingMessage, response: ServerResponse): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Expose-Headers', EXPOSED_HEADERS);
}

/** Headers of the answer to a preflight, which has no token: browsers send none. */
export const PREFLIGHT_HEADERS = {
  Allow: 'GET, POST, OPTIONS',
  'Access-Control-Allow-Methods': 'GET, POST',
  'Access-Control-Allow-Headers': REQUEST_HEADERS,
  'Access-Control-Max-Age': PREFLIGHT_SECONDS,
} as const;
