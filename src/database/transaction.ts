import type { QueryConfig, QueryResult } from 'pg';
import { batchWrites, type PipelinedClient } from './pipelined-client.js';
import type { Statement } from './statement.js';

/** One transaction. Statements run in the order in which they are asked for. */
export interface Transaction {
  /** Answers the rows. Statements that are asked for in the same turn of the event loop share one packet. */
  read<Row extends object>(statement: Statement): Promise<Row[]>;
  /** Sends statements without waiting for them: the commit fails if one of them does. */
  send(...statements: readonly Statement[]): void;
}

interface OpenTransaction extends Transaction {
  /** Sends the commit behind the statements before it. Rejects with the error of the first that failed. */
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** Begins a transaction. `begin` shares the packet of the first statement. */
export function begin(client: PipelinedClient): OpenTransaction {
  const sent: Promise<unknown>[] = [];

  function run<Row extends object>(query: QueryConfig): Promise<QueryResult<Row>> {
    batchWrites(client.socket);
    const running = client.statementTimeout.watch(client.query<Row>(query));
    // The caller or the commit handles a failure; without a handler of its own Node would end the process.
    running.catch(() => {});
    return running;
  }

  sent.push(run({ text: 'begin isolation level read committed' }));
  return {
    read: async (statement) => (await run<never>(prepared(statement))).rows,
    send: (...statements) => sent.push(...statements.map((statement) => run(prepared(statement)))),
    async commit() {
      const [{ command }] = await Promise.all([run({ text: 'commit' }), ...sent]);
      // PostgreSQL answers ROLLBACK where a statement failed whose error nobody awaited.
      if (command !== 'COMMIT') throw new Error('The transaction had failed before its commit');
    },
    async rollback() {
      await run({ text: 'rollback' });
    },
  };
}

const names = new Map<string, string>();

/** Connections keep every text prepared. Texts are few: none contains input of users. */
function prepared({ text, values }: Statement): QueryConfig {
  const name = names.get(text) ?? `w${names.size + 1}`;
  names.set(text, name);
  return { name, text, values: [...values] };
}
