import { Socket } from 'node:net';
import { RoleClient, type RoleClientConfig } from './role-client.js';
import { StatementTimeout } from './statement-timeout.js';

/**
 * A connection that sends statements without waiting for earlier answers. A statement without an answer for
 * `query_timeout` ends the connection.
 */
export class PipelinedClient extends RoleClient {
  readonly socket: Socket;
  readonly statementTimeout: StatementTimeout;

  constructor({ query_timeout, ...config }: Partial<RoleClientConfig> = {}) {
    if (query_timeout === undefined) throw new Error('A pipelined connection needs its query_timeout');
    const socket = new Socket();
    super({ ...config, pipeline: true, stream: () => socket });
    this.socket = socket;
    this.statementTimeout = new StatementTimeout(socket, query_timeout);
  }
}

const corked = new WeakSet<Socket>();

/** Combines all writes of one iteration of the event loop in one system call. */
export function batchWrites(socket: Socket): void {
  if (corked.has(socket)) return;
  corked.add(socket);
  socket.cork();
  setImmediate(() => {
    corked.delete(socket);
    socket.uncork();
  });
}
