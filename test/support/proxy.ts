import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A TCP proxy on 127.0.0.1 that can be made to misbehave like a network. */
export interface TcpProxy {
  readonly port: number;
  /** Where connections lead from now on; those that are there stay as they are. */
  target: number;
  /** Nothing passes any more in either direction, new connections included, and nobody is told. */
  blackHole(): void;
  /** Everything held back passes, and what comes after it. */
  heal(): void;
  close(): Promise<void>;
}

export async function openProxy(target: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isHole = false;
  const server = createServer((client) => {
    const upstream = connect(proxy.target, '127.0.0.1');
    for (const [here, there] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(here);
      here.on('data', (chunk) => there.write(chunk));
      here.on('error', () => {});
      here.on('close', () => {
        sockets.delete(here);
        if (!isHole) there.destroy();
      });
      if (isHole) here.pause();
    }
  });
  const proxy: TcpProxy = {
    port: 0,
    target,
    blackHole() {
      isHole = true;
      for (const socket of sockets) socket.pause();
    },
    heal() {
      isHole = false;
      for (const socket of sockets) socket.resume();
    },
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('No address');
  return Object.assign(proxy, { port: address.port });
}
