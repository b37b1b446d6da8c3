import type { QueryConfig, QueryResult } from 'pg';
import { gather, type PipelinedClient } from './pipelined-client.js';
import type { Statement } from './statement.js';

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
export function begin(client: PipelinedClient): OpenTransaction {
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
