import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { expect } from 'vitest';
import { WebSocket } from 'ws';
import { openDemoIssuers } from '../../src/auth/demo-issuers.js';
import { mintToken } from '../../src/auth/mint.js';
import type { Locale } from '../../src/domain/locale.js';
import { isNationalRole, type Nation, type Role, type Scope } from '../../src/domain/scopes.js';

/** Time in which an event that is going to come has come. */
export const QUIET_MS = 400;

export interface Message {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape
  readonly data?: any;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly errors?: readonly { message: string; path?: unknown[]; extensions: Record<string, any> }[];
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly extensions?: any;
}

/** A client with one subscription (or other operation) on a socket of its own. */
export interface Follower {
  readonly messages: Message[];
  /** Errors that ended the operation. */
  readonly errors: NonNullable<Message['errors']>[number][];
  /** Set once the server has closed the socket. */
  readonly closed: { code: number; reason: string } | null;
  readonly isOver: boolean;
  /** Resolves when there are so many messages; fails when they do not come. */
  until(count: number, timeoutMs?: number): Promise<Message[]>;
  /** Resolves once the operation has ended, or the socket has been closed. */
  ended(timeoutMs?: number): Promise<void>;
  /** Resolves once the server has answered an operation sent after the first: a subscription has begun by then. */
  begun(): Promise<void>;
  stop(): Promise<void>;
}

export const EVENTS = `subscription ($filter: IncidentFilter, $after: String) {
  incidentEvents(filter: $filter, after: $after) { cursor kind at incident { id reference version status } } }`;

/** Runs an operation over graphql-ws, as clients do. */
export async function follow(
  url: string,
  token: string,
  query: string = EVENTS,
  variables: Record<string, unknown> = {},
  params: Record<string, unknown> = {},
  rest: object = {},
): Promise<Follower> {
  const messages: Message[] = [];
  const errors: Follower['errors'] = [];
  let closed: Follower['closed'] = null;
  let isOver = false;
  const client = createClient({
    url: `${url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}`, ...params },
    retryAttempts: 0,
    onNonLazyError: () => {},
    on: {
      closed: (event) => {
        const { code, reason } = event as { code: number; reason: string };
        closed = { code, reason };
      },
    },
  });
  const connected = new Promise<void>((resolve) => {
    client.on('connected', () => resolve());
    client.on('closed', () => resolve());
  });
  client.subscribe(
    { query, variables, ...rest },
    {
      next: (message) => messages.push(message as Message),
      error: (error) => {
        if (Array.isArray(error)) errors.push(...error);
        isOver = true;
      },
      complete: () => {
        isOver = true;
      },
    },
  );
  await connected;
  const waitFor = async (isThere: () => boolean, timeoutMs: number, what: () => string): Promise<void> => {
    const giveUpAt = performance.now() + timeoutMs;
    while (!isThere()) {
      if (performance.now() > giveUpAt) throw new Error(what());
      await delay(5);
    }
  };
  return {
    messages,
    errors,
    get closed() {
      return closed;
    },
    get isOver() {
      return isOver;
    },
    async until(count, timeoutMs = 10_000) {
      await waitFor(
        () => messages.length >= count,
        timeoutMs,
        () => `${messages.length} of ${count} messages: ${JSON.stringify({ errors, closed })}`,
      );
      return messages;
    },
    ended: (timeoutMs = 10_000) =>
      waitFor(
        () => isOver || closed !== null,
        timeoutMs,
        () => 'not ended',
      ),
    begun: () =>
      new Promise((resolve) => {
        client.subscribe(
          { query: '{ __typename }' },
          { next: () => {}, error: () => resolve(), complete: () => resolve() },
        );
      }),
    stop: async () => client.dispose(),
  };
}

/** Resolves once the subscriptions have begun: they hear of all that is committed from now on. */
export async function begun(...followers: Follower[]): Promise<void> {
  await Promise.all(followers.map((follower) => follower.begun()));
  for (const { errors, closed } of followers)
    expect({ errors, closed }).toEqual({ errors: [], closed: null });
}

export const kindsOf = (messages: readonly Message[]): string[] =>
  messages.map(({ data }) => data.incidentEvents.kind);

export const cursorsOf = (messages: readonly Message[]): string[] =>
  messages.map(({ data }) => data.incidentEvents.cursor);

/** A token of the demo issuers in a folder. */
export async function tokenOf(
  dataDir: string,
  nation: Nation | null,
  role: Role,
  options: { subject?: string; ttlSeconds?: number; locale?: Locale; scopes?: readonly Scope[] } = {},
): Promise<string> {
  const { issuers } = await openDemoIssuers(dataDir);
  const issuer = issuers.find((candidate) => candidate.nation === (isNationalRole(role) ? nation : null));
  if (!issuer) throw new Error(`No issuer for ${nation}`);
  return mintToken({ ...issuer, role, subject: 'somebody', ...options });
}

/** Words of the graphql-transport-ws protocol spoken by hand, for what a proper client would not say. */
export interface RawSocket {
  readonly received: Record<string, unknown>[];
  send(message: unknown): void;
  closed(timeoutMs?: number): Promise<{ code: number; reason: string }>;
  readonly socket: WebSocket;
}

export async function rawSocket(
  url: string,
  protocol: string | null = 'graphql-transport-ws',
): Promise<RawSocket> {
  const address = `${url.replace(/^http/, 'ws')}/graphql`;
  const socket = protocol === null ? new WebSocket(address) : new WebSocket(address, protocol);
  const received: Record<string, unknown>[] = [];
  let end: { code: number; reason: string } | null = null;
  socket.on('message', (data) => received.push(JSON.parse(String(data))));
  socket.on('close', (code, reason) => {
    end = { code, reason: String(reason) };
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', () => {});
  return {
    received,
    socket,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    async closed(timeoutMs = 8_000) {
      const giveUpAt = performance.now() + timeoutMs;
      while (end === null) {
        if (performance.now() > giveUpAt) throw new Error('the socket is still open');
        await delay(5);
      }
      return end;
    },
  };
}

/** The frames of an event stream, as they come. */
export interface Stream {
  readonly status: number;
  readonly headers: Headers;
  readonly messages: Message[];
  readonly isComplete: boolean;
  until(count: number): Promise<Message[]>;
  ended(): Promise<void>;
  abort(): void;
}

export async function stream(
  url: string,
  token: string,
  body: { query: string; variables?: object } | string,
  headers: Record<string, string> = {},
): Promise<Stream> {
  const abort = new AbortController();
  const isGet = typeof body === 'string';
  const response = await fetch(`${url}/graphql${isGet ? body : ''}`, {
    method: isGet ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'text/event-stream',
      ...(isGet ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(isGet ? {} : { body: JSON.stringify(body) }),
    signal: abort.signal,
  });
  const messages: Message[] = [];
  let isComplete = false;
  let isOver = false;
  const read = async (): Promise<void> => {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n')) {
        const frame = text.slice(0, at);
        text = text.slice(at + 2);
        const data = /^data: (.*)$/m.exec(frame)?.[1];
        if (/^event: next$/m.test(frame) && data) messages.push(JSON.parse(data));
        if (/^event: complete$/m.test(frame)) isComplete = true;
      }
    }
  };
  void read()
    .catch(() => {})
    .finally(() => {
      isOver = true;
    });
  const waitFor = async (isThere: () => boolean): Promise<void> => {
    const giveUpAt = performance.now() + 10_000;
    while (!isThere()) {
      if (performance.now() > giveUpAt) throw new Error(`not there: ${JSON.stringify(messages)}`);
      await delay(5);
    }
  };
  return {
    status: response.status,
    headers: response.headers,
    messages,
    get isComplete() {
      return isComplete;
    },
    async until(count) {
      await waitFor(() => messages.length >= count);
      return messages;
    },
    ended: () => waitFor(() => isOver),
    abort: () => abort.abort(),
  };
}
