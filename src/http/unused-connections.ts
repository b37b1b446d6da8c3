import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Watches connections that have not sent a request, which clients open in advance. Returns a function that destroys
 * them. `closeIdleConnections` of Node leaves them open, so a stopping server would wait for them.
 */
export function watchUnusedConnections(server: Server): () => void {
  const unused = new Set<Socket>();
  const use = ({ socket }: { readonly socket: Socket }): void => void unused.delete(socket);
  server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', use);
  server.on('upgrade', use);
  return () => {
    for (const socket of unused) socket.destroy();
  };
}
