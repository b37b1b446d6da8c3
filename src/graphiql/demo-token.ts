import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { isJsonInUtf8, parseJsonBody, readBody } from '../http/request-body.js';
import type { Identity, MintedToken } from './identity.js';
import { tokenRequestSchema } from './setup.js';

/** The answer to a request for a demo token: a status and a JSON body. */
interface TokenAnswer {
  readonly status: 200 | 400 | 403 | 413 | 415;
  readonly body: { readonly token: string; readonly expiresAt: string } | { readonly error: string };
}

const MAX_BODY_BYTES = 1024;

/** 'localhost', a name below it, or an address: names a foreign page cannot point at this server by DNS. */
function isOwnName(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '');
  return name === 'localhost' || name.endsWith('.localhost') || isIP(name) !== 0;
}

/** Whether the request comes from a page that this server served. */
function isFromOwnPage({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  if (headers.origin === undefined || !URL.canParse(headers.origin)) return false;
  const origin = new URL(headers.origin);
  return origin.host === headers.host && isOwnName(origin.hostname);
}

function parseIdentity(body: Buffer): number | null {
  try {
    const parsed = tokenRequestSchema.safeParse(parseJsonBody(body));
    return parsed.success ? parsed.data.identity : null;
  } catch {
    return null;
  }
}

/**
 * Answers `POST /graphiql/token` of the demo: a token for one of its identities, and only for the page
 * that this server served.
 */
export async function answerTokenRequest(
  req: IncomingMessage,
  identities: readonly Identity[],
  mint: (identity: Identity) => MintedToken,
): Promise<TokenAnswer> {
  if (!isFromOwnPage(req)) {
    return {
      status: 403,
      body: { error: 'Demo tokens are for the GraphiQL page at localhost or at an address of this server.' },
    };
  }
  if (!isJsonInUtf8(req.headers['content-type'])) {
    return { status: 415, body: { error: 'The content type must be application/json in UTF-8.' } };
  }
  const body = await readBody(req, MAX_BODY_BYTES);
  if (body === null) return { status: 413, body: { error: 'The body is too large.' } };
  const position = parseIdentity(body);
  const identity = position === null ? undefined : identities[position];
  if (identity === undefined) return { status: 400, body: { error: 'There is no such identity.' } };
  const { token, expiresAt } = mint(identity);
  return { status: 200, body: { token, expiresAt: expiresAt.toISOString() } };
}
