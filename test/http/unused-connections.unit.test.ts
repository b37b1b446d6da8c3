import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { watchUnusedConnections } from '../../src/http/unused-connections.js';

const server = createServer();
const closeUnused = watchUnusedConnections(server);
const clients: Socket[] = [];

afterEach(() => {
  for (const client of clients) client.destroy();
  server.close();
});

async function openConnection(port: number): Promise<{ client: Socket; accepted: Socket }> {
  const connected = once(server, 'connection');
  const client = connect(port, '127.0.0.1');
  clients.push(client);
  const [accepted] = await connected;
  return { client, accepted };
}

it('closes connections that have sent no request, and leaves those that have', async () => {
  server.on('upgrade', () => {});
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const silent = await openConnection(port);
  const asking = await openConnection(port);
  const upgrading = await openConnection(port);
  asking.client.write('GET / HTTP/1.1\r\nhost: here\r\n\r\n');
  await once(server, 'request');
  upgrading.client.write('GET / HTTP/1.1\r\nhost: here\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n');
  await once(server, 'upgrade');

  closeUnused();
  await once(silent.client, 'close');
  expect([silent, asking, upgrading].map(({ accepted }) => accepted.destroyed)).toEqual([true, false, false]);
});
