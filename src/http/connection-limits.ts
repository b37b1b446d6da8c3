import type { Server } from 'node:http';
import type { Socket } from 'node:net';

interface Limits {
  /** Connections in all. */
  readonly inAll: number;
  /** Connections of one address. A proxy is one address. */
  readonly perAddress: number;
  /** Connections of one address that have not sent a request. */
  readonly unusedPerAddress: number;
}

const LIMITS: Limits = { inAll: 10_000, perAddress: 4_096, unusedPerAddress: 512 };

/** Counts by address. */
export class AddressCounts {
  private readonly counts = new Map<string, number>();

  of(address: string): number {
    return this.counts.get(address) ?? 0;
  }

  change(address: string, by: 1 | -1): void {
    const left = this.of(address) + by;
    if (left > 0) this.counts.set(address, left);
    else this.counts.delete(address);
  }
}

/** Destroys new connections beyond the limits at once. */
export function limitConnections(server: Server, { inAll, perAddress, unusedPerAddress } = LIMITS): void {
  server.maxConnections = inAll;
  const open = new AddressCounts();
  const unused = new AddressCounts();
  const unusedSockets = new WeakSet<Socket>();

  function use(socket: Socket): void {
    if (unusedSockets.delete(socket)) unused.change(addressOf(socket), -1);
  }

  server.on('connection', (socket: Socket) => {
    const address = addressOf(socket);
    addresses.set(socket, address);
    if (open.of(address) >= perAddress || unused.of(address) >= unusedPerAddress) {
      socket.destroy();
      return;
    }
    open.change(address, 1);
    unused.change(address, 1);
    unusedSockets.add(socket);
    socket.once('close', () => {
      use(socket);
      open.change(address, -1);
    });
  });
  server.on('request', ({ socket }) => use(socket));
  server.on('upgrade', ({ socket }) => use(socket));
}

const addresses = new WeakMap<Socket, string>();

/** A socket that was closed no longer knows its address. */
function addressOf(socket: Socket): string {
  return addresses.get(socket) ?? socket.remoteAddress ?? '';
}
