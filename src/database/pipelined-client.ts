import { Socket } from 'node:net';
import { Client, type ClientConfig } from 'pg';
import { StatementTimeout } from './statement-timeout.js';

/**
 * A connection on which statements are sent without waiting for the answers before them. `query_timeout` is
 * how long one may go without an answer before the connection is given up.
 */
export class PipelinedClient extends Client {
  readonly socket: Socket;
  readonly watch: StatementTimeout;

  constructor({ query_timeout, ...config }: ClientConfig = {}) {
    if (query_timeout === undefined) throw new Error('A pipelined connection needs its query_timeout');
    const socket = new Socket();
    super({ ...config, pipeline: true, stream: () => socket });
    this.socket = socket;
    this.watch = new StatementTimeout(socket, query_timeout);
  }
}

const gathering = new WeakSet<Socket>();

/** What is sent in one turn of the event loop leaves in one write: a system call for each statement is dear. */
export function gather(socket: Socket): void {
  if (gathering.has(socket)) return;
  gathering.add(socket);
  socket.cork();
  setImmediate(() => {
    gathering.delete(socket);
    socket.uncork();
  });
}
