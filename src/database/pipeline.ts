import { setTimeout as delay } from 'node:timers/promises';
import type { QueryArrayConfig } from 'pg';
import { ByteClient } from './byte-client.js';
import { batchWrites } from './pipelined-client.js';
import type { RoleClientConfig } from './role-client.js';
import { unavailable } from './unavailable.js';

/** A statement that answers one row of texts, none of them NULL. */
export interface ReadStatement {
  /** The connection keeps the statement prepared under this name. Without a name it is planned each time. */
  readonly name?: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Asks for values in binary format: for text the same bytes, of which PostgreSQL need not look for the end. */
interface BinaryFormat {
  readonly binary: true;
}

/** Most statements that wait for an answer; an answer behind more would come too late. */
const MAX_PENDING = 2_000;
/** Most prepared statements of a connection, each some 250 kB, before a fresh connection replaces it. */
const MAX_PREPARED = 250;
/** Pause after a failed attempt to connect; all who ask meanwhile wait for the next one. */
const RECONNECT_PAUSE_MS = 100;
/** How long running statements may take to end when the connection is closed. */
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * One connection on which statements are sent without waiting for the answers before them. After a loss the next
 * statement reconnects. Statements that were running fail as a lost connection does, and may be sent again.
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

  /** Answers the row's texts in UTF-8. */
  async read(statement: ReadStatement): Promise<readonly Buffer[]> {
    if (this.isClosed || this.pending >= MAX_PENDING) throw unavailable();
    this.pending += 1;
    try {
      const client = await this.connected(statement.name);
      batchWrites(client.socket);
      return await client.statementTimeout.watch(send(client, statement));
    } finally {
      this.pending -= 1;
    }
  }

  /** Ends the connection once running statements are answered, after two seconds at the latest. */
  async close(): Promise<void> {
    this.isClosed = true;
    const connection = await this.connection?.catch(() => null);
    this.connection = null;
    if (connection) await end(connection);
  }

  /** Ends the connection at once; running statements fail. */
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
