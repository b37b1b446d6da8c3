import { setTimeout as delay } from 'node:timers/promises';
import type { QueryArrayConfig } from 'pg';
import { ByteClient } from './byte-client.js';
import { batchWrites } from './pipelined-client.js';
import type { RoleClientConfig } from './role-client.js';
import { unavailable } from './unavailable.js';

/** A statement that returns one row of texts, none of them NULL. */
export interface ReadStatement {
  /** Name of the prepared statement. Without a name it is planned each time. */
  readonly name?: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Requests binary format. Text has the same bytes in it, and PostgreSQL does not search for its end. */
interface BinaryFormat {
  readonly binary: true;
}

/** Maximum number of unanswered statements. Further ones would be answered too late. */
const MAX_PENDING = 2_000;
/** Maximum number of prepared statements (about 250 kB each). Then a new connection replaces this one. */
const MAX_PREPARED = 250;
/** Pause after a failed attempt to connect. All callers wait for the next attempt. */
const RECONNECT_PAUSE_MS = 100;
/** How long running statements may take to end when the connection is closed. */
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * One connection that sends statements without waiting for earlier answers. After a loss, the next statement
 * reconnects. Running statements then fail with the error of a lost connection and may be repeated, except a statement
 * that timed out.
 */
export class Pipeline {
  private connection: Promise<ByteClient> | null = null;
  private prepared = new Set<string>();
  private pending = 0;
  private isOpen = false;
  private isClosed = false;
  private pauseUntil = 0;

  constructor(private readonly options: RoleClientConfig) {}

  /** Statements running or waiting, and open connections. */
  get use(): { readonly busy: number; readonly open: number } {
    return { busy: this.pending, open: this.isOpen ? 1 : 0 };
  }

  /** Returns the texts of the row in UTF-8. Reports how long the statement held the connection, even if it fails. */
  async read(statement: ReadStatement, onEnd?: (heldMs: number) => void): Promise<readonly Buffer[]> {
    if (this.isClosed || this.pending >= MAX_PENDING) throw unavailable();
    this.pending += 1;
    try {
      const client = await this.connected(statement.name);
      batchWrites(client.socket);
      return await client.statementTimeout.watch(send(client, statement), onEnd);
    } finally {
      this.pending -= 1;
    }
  }

  /** Ends the connection when running statements are answered, after two seconds at the latest. */
  async close(): Promise<void> {
    this.isClosed = true;
    const connection = await this.connection?.catch(() => null);
    this.connection = null;
    if (connection) await end(connection);
  }

  /** Ends the connection at once. Running statements fail. */
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
          this.pauseUntil = performance.now() + RECONNECT_PAUSE_MS;
          forget();
          client.socket.destroy();
          throw error;
        },
      );
    return connecting;
  }

  private async pause(): Promise<void> {
    const remainingMs = this.pauseUntil - performance.now();
    if (remainingMs > 0) await delay(remainingMs);
  }

  /** Ends the connection when it has answered. The next statement opens a new one. */
  private retire(): void {
    const retired = this.connection;
    this.connection = null;
    this.isOpen = false;
    this.prepared = new Set();
    void retired?.then(end).catch(() => {});
  }
}

async function end(client: ByteClient): Promise<void> {
  const timeout = setTimeout(() => client.socket.destroy(), CLOSE_TIMEOUT_MS);
  try {
    await client.end();
  } finally {
    clearTimeout(timeout);
  }
}

function send(client: ByteClient, { name, text, values }: ReadStatement): Promise<readonly Buffer[]> {
  return new Promise((resolve, reject) => {
    const query: QueryArrayConfig & BinaryFormat = {
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
