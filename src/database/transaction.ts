import { Socket } from 'node:net';
import { Client, type ClientConfig } from 'pg';
import { gather } from './pipeline.js';
import type { Statement } from './statement.js';

/** A connection on which statements are sent without waiting for the answers before them. */
export class WriteClient extends Client {
  readonly socket: Socket;

  constructor(config: ClientConfig = {}) {
    const socket = new Socket();
    super({ ...config, pipeline: true, stream: () => socket });
    this.socket = socket;
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

  function run<Row extends object>({ text, values }: Statement, name?: string): Promise<Row[]> {
    gather(client.socket);
    const running = client.query<Row>({ name, text, values: [...values] }).then(({ rows }) => rows);
    // Who waits for it hears of its failure, and nobody has to.
    running.catch(() => {});
    return running;
  }

  const send = (statement: Statement): Promise<object[]> => run(statement, nameOf(statement.text));
  sent.push(run({ text: 'begin isolation level read committed', values: [] }));
  return {
    read: (statement) => run(statement, nameOf(statement.text)),
    send: (...statements) => sent.push(...statements.map(send)),
    async commit() {
      await Promise.all([...sent, run({ text: 'commit', values: [] })]);
    },
    async rollback() {
      await run({ text: 'rollback', values: [] });
    },
  };
}

const names = new Map<string, string>();

/** The name under which connections keep a text prepared; texts are few, for none is made of what users give. */
function nameOf(text: string): string {
  const name = names.get(text) ?? `w${names.size + 1}`;
  names.set(text, name);
  return name;
}
