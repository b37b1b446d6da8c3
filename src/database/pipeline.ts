import { Client, type ClientConfig } from 'pg';
import { unavailable } from './unavailable.js';

/** A statement that answers one row of texts. */
export interface ReadStatement {
  /** Prepared under this name and kept by the connection; without a name it is planned each time. */
  readonly name?: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** Statements waiting for an answer at the most; a longer line would only be answered too late. */
const MOST_PENDING = 2_000;
/** Prepared statements a connection keeps at the most before it is replaced by a fresh one. */
const MOST_PREPARED = 1_000;

/**
 * One connection on which statements are sent without waiting for the answers before them. It comes back
 * by itself after a loss; what was under way then is refused as unavailable, and may be sent again.
 */
export class Pipeline {
  private client: Promise<Client> | null = null;
  private prepared = new Set<string>();
  private pending = 0;
  private isClosed = false;

  constructor(private readonly options: ClientConfig) {}

  async read(statement: ReadStatement): Promise<readonly string[]> {
    if (this.isClosed || this.pending >= MOST_PENDING) throw unavailable();
    this.pending += 1;
    try {
      const client = await this.connected(statement.name);
      return await send(client, statement);
    } finally {
      this.pending -= 1;
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const client = await this.client?.catch(() => null);
    this.client = null;
    await client?.end();
  }

  private connected(name: string | undefined): Promise<Client> {
    if (name !== undefined && !this.prepared.has(name)) {
      if (this.prepared.size >= MOST_PREPARED) this.retire();
      this.prepared.add(name);
    }
    this.client ??= this.connect();
    return this.client;
  }

  private async connect(): Promise<Client> {
    const client = new Client({ ...this.options, pipeline: true });
    const forget = (): void => {
      if (this.client === connecting) {
        this.client = null;
        this.prepared.clear();
      }
    };
    const connecting = (async () => {
      client.on('error', forget);
      client.on('end', forget);
      await client.connect();
      return client;
    })();
    connecting.catch(forget);
    this.client = connecting;
    return connecting;
  }

  /** Lets the connection end once it has answered; the next statement opens a fresh one. */
  private retire(): void {
    const retired = this.client;
    this.client = null;
    this.prepared = new Set();
    void retired?.then((client) => client.end()).catch(() => {});
  }
}

function send(client: Client, { name, text, values }: ReadStatement): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    client.query({ name, text, values: [...values], rowMode: 'array' }, (error, result) => {
      if (error) return reject(error);
      resolve(result.rows[0] ?? []);
    });
  });
}
