import { setTimeout as delay } from 'node:timers/promises';
import { Pool, type PoolClient, type PoolConfig } from 'pg';
import type { Audience } from '../domain/scopes.js';
import type { ReadStatement } from './pipeline.js';
import type { PoolUse } from './pool-use.js';
import { RequestQueue } from './request-queue.js';
import { RoleClient, type RoleClientConfig } from './role-client.js';
import type { StatementTime } from './statement-time.js';
import { unavailable } from './unavailable.js';

const CONNECTIONS = 2;
const IDLE_CONNECTION_MS = 30_000;
/** How long closing the connections may take. */
const CLOSE_TIMEOUT_MS = 2_000;

/** The pool of an audience for long statements: one statement for each connection, and a queue. */
export class HeavyPool {
  private readonly pool: Pool;
  private readonly queue = new RequestQueue(CONNECTIONS);
  /** Connections of the pool, busy ones included. */
  private readonly clients = new Set<PoolClient>();
  private isAborted = false;

  constructor(options: RoleClientConfig) {
    const poolOptions: PoolConfig & RoleClientConfig = {
      ...options,
      Client: RoleClient,
      max: CONNECTIONS,
      idleTimeoutMillis: IDLE_CONNECTION_MS,
    };
    this.pool = new Pool(poolOptions);
    this.pool.on('error', () => {});
    this.pool.on('connect', (client) => {
      this.clients.add(client);
      // The running statement reports a lost connection; without a listener the event would end the process.
      client.on('error', () => {});
    });
    this.pool.on('remove', (client) => this.clients.delete(client));
  }

  /** Returns the texts of the row in UTF-8. Adds the run time to `time`, even if it fails. */
  read(statement: ReadStatement, time?: StatementTime): Promise<readonly Buffer[]> {
    return this.queue.run(() => this.readNow(statement, time));
  }

  private async readNow({ text, values }: ReadStatement, time?: StatementTime): Promise<readonly Buffer[]> {
    if (this.isAborted) throw unavailable();
    const startedAt = performance.now();
    try {
      const { rows } = await this.pool.query<string[]>({ text, values: [...values], rowMode: 'array' });
      return (rows[0] ?? []).map((value) => Buffer.from(value));
    } finally {
      if (time) time.heavyMs += performance.now() - startedAt;
    }
  }

  use(audience: Audience): PoolUse {
    return { audience, pool: 'heavy', busy: this.queue.busy, open: this.pool.totalCount };
  }

  /** Ends connections with running statements, for which end() of the pool waits. */
  abort(): void {
    this.isAborted = true;
    for (const client of this.clients) {
      if (client instanceof RoleClient) void client.end().catch(() => {});
    }
  }

  async close(): Promise<void> {
    await Promise.race([this.pool.end(), delay(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
  }
}
