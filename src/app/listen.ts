import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Config } from '../common/config.js';
import { listenAt } from '../common/listen.js';
import { watchUnusedConnections } from '../http/unused-connections.js';
import type { Pools } from './database.js';
import type { DisposalStack } from './disposal-stack.js';
import type { Transports } from './transports.js';

/** How long running requests may take when the server stops. Then they get a retryable error. */
const DRAIN_MS = 4_000;
/** How long clients may take to receive that error. */
const FINAL_ANSWER_MS = 1_500;

/** Listens for requests; answers the server's URL, such as http://127.0.0.1:4000. */
export async function listen(
  { host, port }: Config,
  { http, streams, sockets }: Transports,
  { readers }: Pools,
  stack: DisposalStack,
): Promise<string> {
  const closeUnused = watchUnusedConnections(http);
  const boundPort = await listenAt(http, { host, port, portVariable: 'PORT' });
  stack.defer(() => closeHttp(http, closeUnused, () => readers.abort()));
  stack.defer(async () => {
    streams.close();
    await sockets.close();
  });
  return `http://${host.includes(':') ? `[${host}]` : host}:${boundPort}`;
}

/** Accepts no new requests, lets running ones finish in time, then ends the rest with an error. */
async function closeHttp(http: Server, closeUnused: () => void, refuseRest: () => void): Promise<void> {
  const closed = once(http, 'close');
  http.close();
  http.closeIdleConnections();
  closeUnused();
  const deadline = setTimeout(refuseRest, DRAIN_MS);
  const disconnection = setTimeout(() => http.closeAllConnections(), DRAIN_MS + FINAL_ANSWER_MS);
  await closed;
  clearTimeout(deadline);
  clearTimeout(disconnection);
}
