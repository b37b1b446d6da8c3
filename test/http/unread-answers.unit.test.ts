import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { limitConnections } from '../../src/http/connection-limits.js';
import { createUnreadAnswers, sendInPieces } from '../../src/http/unread-answers.js';

const KB = 1024;

describe('unread answers', () => {
  it('are limited for each subject, and given back once', () => {
    const unread = createUnreadAnswers(300 * KB, 1_000 * KB);
    const release = unread.add('a', 200 * KB);
    expect(release).not.toBeNull();
    expect(unread.add('a', 101 * KB)).toBeNull();
    expect(unread.add('b', 101 * KB)).not.toBeNull();
    release?.();
    release?.();
    expect(unread.total).toBe(101 * KB);
    expect(unread.add('a', 300 * KB)).not.toBeNull();
    expect([unread.isFull('a'), unread.isFull('b')]).toEqual([true, false]);
  });

  it('are limited for all subjects together', () => {
    const unread = createUnreadAnswers(300 * KB, 1_000 * KB);
    const answers = Array.from({ length: 500 }, (_, n) => unread.add(`subject ${n}`, 250 * KB));
    expect(answers.filter((release) => release !== null)).toHaveLength(4);
    expect(unread.total).toBe(1_000 * KB);
    expect(unread.isFull('another')).toBe(true);
    for (const release of answers) release?.();
    expect(unread.total).toBe(0);
  });

  it('do not count small answers', () => {
    const unread = createUnreadAnswers(0, 0);
    expect(unread.add('a', 64 * KB)).not.toBeNull();
    expect(unread.total).toBe(0);
  });
});

describe('a server', () => {
  const clients: Socket[] = [];
  const server = createServer();
  afterEach(() => {
    for (const client of clients.splice(0)) client.destroy();
    server.close();
  });

  function open(): Socket {
    const address = server.address();
    const client = connect(typeof address === 'object' && address ? address.port : 0, '127.0.0.1');
    client.on('error', () => {});
    clients.push(client);
    return client;
  }

  it('sends an answer as it is read, takes no unused connections beyond the limit, and frees both', async () => {
    limitConnections(server, { inAll: 100, perAddress: 6, unusedPerAddress: 4 });
    let response: ServerResponse | undefined;
    let ended = 0;
    const body = 'é'.repeat(8_000 * KB);
    server.on('request', (_request, answer) => {
      response = answer;
      sendInPieces(answer.writeHead(200, { 'Content-Length': String(body.length) }), body, () => {
        ended += 1;
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const reader = open();
    reader.pause();
    reader.write('GET / HTTP/1.1\r\nhost: here\r\n\r\n');
    await once(server, 'request');
    await expect.poll(() => (response?.writableLength ?? 0) > 0).toBe(true);
    expect(response?.writableLength).toBeLessThan(200 * KB);

    for (let n = 0; n < 4; n += 1) await once(open(), 'connect');
    await once(open(), 'close');

    let received = 0;
    reader.on('data', (chunk) => {
      received += chunk.length;
    });
    reader.resume();
    await expect.poll(() => received).toBeGreaterThan(body.length);
    await expect.poll(() => ended).toBe(1);
    clients[1]?.destroy();
    await expect
      .poll(async () => {
        const another = open();
        await once(another, 'connect');
        await new Promise((resolve) => setTimeout(resolve, 50));
        return another.destroyed;
      })
      .toBe(false);
  });
});
