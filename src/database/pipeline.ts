import { setTimeout as delay } from 'node:timers/promises';
import type { ClientConfig, QueryArrayConfig } from 'pg';
import { ByteClient } from './byte-client.js';
import { gather } from './pipelined-client.js';
import { unavailable } from './unavailable.js';

/** A statement that answers one row of texts, none of them NULL. */
export interface ReadStatement {
  /** Prepared under this name and kept by the connection; without a name it is planned each time. */
  readonly name?: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Texts are the same in both formats; in the other, PostgreSQL goes through them once more to tell their length. */
interface InBinary {
  readonly binary: true;
}

/** Statements waiting for an answer at the most; a longer line would only be answered too late. */
const MAX_PENDING = 2_000;
/** Prepared statements a connection keeps at the most, each some 250 kB, before it is replaced by a fresh one. */
const MAX_PREPARED = 250;
/** After a failed attempt to connect the next one waits so long, and all who ask with it. */
const PAUSE_MS = 100;
/** How long statements under way may take to end when the connection is closed. */
const FAREWELL_MS = 2_000;

/**
 * One connection on which statements are sent without waiting for the answers before them. It comes back
 * by itself after a loss; what was under way then is refused as unavailable, and may be sent again.
 */
export class Pipeline {
  private connection: Promise<ByteClient> | null = null;
  private prepared = new Set<string>();
  private pending = 0;
  private isOpen = false;
  private isClosed = false;
  private pauseUntil = 0;

  constructor(private readonly options: ClientConfig) {}

  /** Statements under way, and whether there is a connection. */
  get use(): { readonly busy: number; readonly open: number } {
    return { busy: this.pending, open: this.isOpen ? 1 : 0 };
  }

  /** Answers the texts in UTF-8. */
  async read(statement: ReadStatement): Promise<readonly Buffer[]> {
    if (this.isClosed || this.pending >= MAX_PENDING) throw unavailable();
    this.pending += 1;
    try {
      const client = await this.connected(statement.name);
      gather(client.socket);
      return await client.watch.over(send(client, statement));
    } finally {
      this.pending -= 1;
    }
  }

  /** Ends the connection once what is under way has been answered, or after two seconds. */
  async close(): Promise<void> {
    this.isClosed = true;
    const connection = await this.connection?.catch(() => null);
    this.connection = null;
    if (connection) await end(connection);
  }

  /** Ends the connection with whatever is under way on it. */
  abort(): void {
    this.isClosed = true;
    void this.connection?.then(({ socket }) => socket.destroy()).catch(() => {});
  }

  private connected(name: string | undefined): Promise<ByteClient> {
    if (name !== undefined && !this.prepared.has(name)) {
      if (this.prepared.size >= MAX_PREPARED) this.retire();
      this.prepared.add(name);
    }
    if (this.connection === null) {
      this.connection = this.connect();
    }
    return this.connection;
  }

  private connect(): Promise<ByteClient> {
    const client = new ByteClient(this.options);
    const forget = (): void => {
      if (this.connection !== connecting) return;
      this.connection = null;
      this.isOpen = false;
      this.prepared.clear();
    };
    client.on('error', () => {
      forget();
      client.socket.destroy();
    });
    client.on('end', forget);
    const connecting = this.pause()
      .then(() => client.connect())
      .then(
        () => {
          this.isOpen = true;
          return client;
        },
        (error: unknown) => {
          this.pauseUntil = performance.now() + PAUSE_MS;
          forget();
          client.socket.destroy();
          throw error;
        },
      );
    return connecting;
  }

  private async pause(): Promise<void> {
    const left = this.pauseUntil - performance.now();
    if (left > 0) await delay(left);
  }

  /** Lets the connection end once it has answered; the next statement opens a fresh one. */
  private retire(): void {
    const retired = this.connection;
    this.connection = null;
    this.isOpen = false;
    this.prepared = new Set();
    void retired?.then(end).catch(() => {});
  }
}

async function end(client: ByteClient): Promise<void> {
  const impatience = setTimeout(() => client.socket.destroy(), FAREWELL_MS);
  try {
    await client.end();
  } finally {
    clearTimeout(impatience);
  }
}

function send(client: ByteClient, { name, text, values }: ReadStatement): Promise<readonly Buffer[]> {
  return new Promise((resolve, reject) => {
    const query: QueryArrayConfig & InBinary = {
      name,
      text,
      values: [...values],
      rowMode: 'array',
      binary: true,
    };
    // Without a callback pg would return a promise; the lint rule knows that overload only.
    void client.query<Buffer[]>(query, (error, result) => {
      if (error) return reject(error);
      resolve(result.rows[0] ?? []);
    });
  });
}
