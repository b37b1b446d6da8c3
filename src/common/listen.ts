import { once } from 'node:events';
import type { Server } from 'node:net';
import { codeOf, errorMessage } from './thrown.js';

interface ListenAddress {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Variable that sets the port. `HOST` sets the address. */
  readonly portVariable: 'PORT' | 'MERZILI_METRICS_PORT';
}

/** Listens at the address; answers the port. Rejects with a sentence that names the variable and the remedy. */
export async function listenAt(server: Server, address: ListenAddress): Promise<number> {
  server.listen(address.port, address.host);
  try {
    await once(server, 'listening');
  } catch (error) {
    throw new Error(explain(error, address), { cause: error });
  }
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : address.port;
}

function explain(error: unknown, { host, port, portVariable }: ListenAddress): string {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return `${portVariable}: port ${port} of ${host} is in use by another process; set another port, or 0 for any free one`;
    case 'EACCES':
      return `${portVariable}: this user may not listen on port ${port}; set a port from 1024 on`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `HOST: this machine does not have the address ${host}; set one of its own, 127.0.0.1 or 0.0.0.0`;
    default:
      return `HOST, ${portVariable}: ${errorMessage(error)}`;
  }
}
