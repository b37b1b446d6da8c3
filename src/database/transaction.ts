import type { QueryConfig, QueryResult } from 'pg';
import { batchWrites, type PipelinedClient } from './pipelined-client.js';
import type { Statement } from './statement.js';

/** A transaction. Statements run in the order of the calls. */
export interface Transaction {
  /** Returns the rows. Statements of one iteration of the event loop share a packet. */
  read<Row extends object>(statement: Statement): Promise<Row[]>;
  /** Sends statements without waiting. If one fails, the commit fails. */
  send(...statements: readonly Statement[]): void;
}

interface OpenTransaction extends Transaction {
  /** Commits after all earlier statements. Rejects with the error of the first that failed. */
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

/** Begins a transaction. `begin` shares the packet of the first statement. */
export function begin(client: PipelinedClient): OpenTransaction {
  const sent: Promise<unknown>[] = [];

  function run<Row extends object>(query: QueryConfig): Promise<QueryResult<Row>> {
    batchWrites(client.socket);
    const running = client.statementTimeout.watch(client.query<Row>(query));
    // The caller or the commit handles a failure. Without this handler Node would end the process.
    running.catch(() => {});
    return running;
  }

  sent.push(run({ text: 'begin isolation level read committed' }));
  return {
    read: async (statement) => (await run<never>(prepared(statement))).rows,
    send: (...statements) => sent.push(...statements.map((statement) => run(prepared(statement)))),
    async commit() {
      const [{ command }] = await Promise.all([run({ text: 'commit' }), ...sent]);
      // PostgreSQL answers ROLLBACK if a statement failed whose error nobody awaited.
      if (command !== 'COMMIT') throw new Error('The transaction had failed before its commit');
    },
    async rollback() {
      await run({ text: 'rollback' });
    },
  };
}

const names = new Map<string, string>();

/** All texts are prepared on each connection. They are few, and none contains user input. */
function prepared({ text, values }: Statement): QueryConfig {
  const name = names.get(text) ?? `w${names.size + 1}`;
  names.set(text, name);
  return { name, text, values: [...values] };
}
