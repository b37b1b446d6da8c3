import { Socket } from 'node:net';
import { Client, type ClientConfig, type QueryConfig, type QueryResult } from 'pg';
import { gather } from './pipeline.js';
import { SilenceWatch } from './silence.js';
import type { Statement } from './statement.js';

/** A connection on which statements are sent without waiting for the answers before them. */
export class WriteClient extends Client {
  readonly socket: Socket;
  readonly watch: SilenceWatch;

  constructor({ query_timeout, ...config }: ClientConfig = {}) {
    if (query_timeout === undefined) throw new Error('A connection for writing needs its query_timeout');
    const socket = new Socket();
    super({ ...config, pipeline: true, stream: () => socket });
    this.socket = socket;
    this.watch = new SilenceWatch(socket, query_timeout);
  }
}

/** One transaction, which statements join in the order in which they are asked for. */
export interface Transaction {
  /** Answers the rows. What is asked for together travels together. */
  read<Row extends object>(statement: Statement): Promise<Row[]>;
  /** Sends statements whose success the commit waits for. */
  send(...statements: readonly Statement[]): void;
}

interface OpenTransaction extends Transaction {
  /** Sent at once behind the statements under way; fails with the first of them that does. */
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** Begins a transaction, in the same breath as its first statement. */
export function begin(client: WriteClient): OpenTransaction {
  const sent: Promise<unknown>[] = [];

  function run<Row extends object>(query: QueryConfig): Promise<QueryResult<Row>> {
    gather(client.socket);
    const running = client.watch.over(client.query<Row>(query));
    // Who waits for it hears of its failure, and nobody has to.
    running.catch(() => {});
    return running;
  }

  sent.push(run({ text: 'begin isolation level read committed' }));
  return {
    read: async (statement) => (await run<never>(prepared(statement))).rows,
    send: (...statements) => sent.push(...statements.map((statement) => run(prepared(statement)))),
    async commit() {
      const [{ command }] = await Promise.all([run({ text: 'commit' }), ...sent]);
      // The answer to a commit after a failure that nobody asked about.
      if (command !== 'COMMIT') throw new Error('The transaction had failed before its commit');
    },
    async rollback() {
      await run({ text: 'rollback' });
    },
  };
}

const names = new Map<string, string>();

/** Connections keep every text prepared; texts are few, for none is made of what users give. */
function prepared({ text, values }: Statement): QueryConfig {
  const name = names.get(text) ?? `w${names.size + 1}`;
  names.set(text, name);
  return { name, text, values: [...values] };
}
