import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../common/loopback.js';
import type { Origins } from '../http/origins.js';
import { isJsonInUtf8, parseJsonBody, readBody } from '../http/request-body.js';
import type { Identity, MintedToken } from './identity.js';
import { tokenRequestSchema } from './setup.js';

/** The answer to a request for a demo token: a status and a JSON body. */
interface TokenAnswer {
  readonly status: 200 | 400 | 403 | 413 | 415;
  readonly body: { readonly token: string; readonly expiresAt: string } | { readonly error: string };
}

const MAX_BODY_BYTES = 1024;

/** A proxy, or a port of a container, connects from another address: the client may then be anywhere. */
function isFromThisMachine({ socket }: IncomingMessage): boolean {
  return isLoopback(socket.localAddress) && isLoopback(socket.remoteAddress);
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
  origins: Origins,
  identities: readonly Identity[],
  mint: (identity: Identity) => MintedToken,
): Promise<TokenAnswer> {
  if (!isFromThisMachine(req) || !origins.isFromOwnPage(req)) {
    return {
      status: 403,
      body: {
        error: 'Demo tokens are for the GraphiQL page of this server, at the address in MERZILI_PUBLIC_URL.',
      },
    };
  }
  if (!isJsonInUtf8(req.headers['content-type'])) {
    return { status: 415, body: { error: 'The content type must be application/json in UTF-8.' } };
  }
  const body = await readBody(req, MAX_BODY_BYTES);
  if (typeof body === 'string') return { status: 413, body: { error: 'The body is too large.' } };
  const position = parseIdentity(body);
  const identity = position === null ? undefined : identities[position];
  if (identity === undefined) return { status: 400, body: { error: 'There is no such identity.' } };
  const { token, expiresAt } = mint(identity);
  return { status: 200, body: { token, expiresAt: expiresAt.toISOString() } };
}
