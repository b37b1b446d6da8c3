import { setTimeout as delay } from 'node:timers/promises';
import type { App, Caller } from './app.js';
import { type Message, type RawSocket, rawSocket } from './event-clients.js';

/** One operation as a client sends it. */
export interface Sent {
  readonly query: string;
  readonly operationName?: string;
  readonly variables?: object;
}

/** What an operation was answered first; `status` where the transport has one of its own. */
export interface Reply extends Message {
  readonly status: number;
}

/** A caller at every transport. */
export interface Transports {
  readonly ask: Readonly<Record<'POST' | 'GET' | 'SSE' | 'WebSocket', (sent: Sent) => Promise<Reply>>>;
  /** The code that the server closed the socket with; null while it is open. */
  readonly closedWith: number | null;
  end(): void;
}

export async function openTransports(app: App, caller: Caller): Promise<Transports> {
  const socket = await rawSocket(app.url);
  let closedWith: number | null = null;
  socket.socket.on('close', (code) => {
    closedWith = code;
  });
  socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${caller.token}` } });
  while (socket.received.length === 0) await delay(2);
  return {
    ask: {
      POST: (sent) => overHttp(app, caller, sent),
      GET: (sent) => overGet(app, caller, sent),
      SSE: (sent) => overEvents(app, caller, sent),
      WebSocket: (sent) => overSocket(socket, sent, () => closedWith !== null),
    },
    get closedWith() {
      return closedWith;
    },
    end: () => socket.socket.terminate(),
  };
}

async function overHttp(app: App, { token }: Caller, sent: Sent): Promise<Reply> {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(sent),
  });
  return { ...JSON.parse(await response.text()), status: response.status };
}

async function overGet(app: App, { token }: Caller, sent: Sent): Promise<Reply> {
  const { query, operationName, variables } = sent;
  const search = new URLSearchParams({
    query,
    ...(operationName === undefined ? {} : { operationName }),
    ...(variables === undefined ? {} : { variables: JSON.stringify(variables) }),
  });
  const response = await fetch(`${app.url}/graphql?${search}`, {
    headers: { authorization: `Bearer ${token}`, 'apollo-require-preflight': 'true' },
  });
  return { ...JSON.parse(await response.text()), status: response.status };
}

/** The first frame; an empty reply once the stream of a subscription has begun. */
async function overEvents(app: App, { token }: Caller, sent: Sent): Promise<Reply> {
  const abort = new AbortController();
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'text/event-stream',
      'content-type': 'application/json',
    },
    body: JSON.stringify(sent),
    signal: abort.signal,
  });
  const { status } = response;
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true)
    return { ...JSON.parse(await response.text()), status };
  const timer = setTimeout(() => abort.abort(), waitingTime(sent));
  const data = await firstData(response.body ?? []).catch(() => null);
  clearTimeout(timer);
  abort.abort();
  return { ...(data === null ? {} : JSON.parse(data)), status };
}

/** The data of the first event that has any; null when the stream ends without one. */
async function firstData(body: AsyncIterable<Uint8Array> | readonly Uint8Array[]): Promise<string | null> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    const data = /^data: (.*)\n\n/m.exec(text)?.[1];
    if (data !== undefined) return data;
  }
  return null;
}

/** How long an answer is waited for. A subscription that has begun gives none before its first event. */
function waitingTime({ query }: Sent): number {
  return /subscription/.test(query) ? 100 : 10_000;
}

let lastId = 0;

async function overSocket(socket: RawSocket, payload: Sent, isClosed: () => boolean): Promise<Reply> {
  lastId += 1;
  const id = `operation-${lastId}`;
  socket.send({ type: 'subscribe', id, payload });
  const probe = `probe-${lastId}`;
  socket.send({ type: 'subscribe', id: probe, payload: { query: '{ __typename }' } });
  const of = (name: string) => socket.received.find((message) => message.id === name);
  // A query sent after a subscription is answered once the subscription has begun or been refused.
  while (of(probe) === undefined && !isClosed()) await delay(1);
  const givenUpAt = performance.now() + waitingTime(payload);
  while (of(id) === undefined && !isClosed() && performance.now() < givenUpAt) await delay(1);
  socket.send({ type: 'complete', id });
  const answer = of(id);
  const errors = answer?.type === 'error' ? (answer.payload as Message['errors']) : undefined;
  const message = answer?.type === 'next' ? (answer.payload as Message) : {};
  socket.received.splice(1);
  return { ...message, ...(errors ? { errors } : {}), status: 200 };
}
