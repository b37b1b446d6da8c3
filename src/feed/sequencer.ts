import { Pipeline } from '../database/pipeline.js';
import { DEMAND_ROLE } from '../database/roles.js';

const TIMEOUT_MS = 3_000;

/** Puts events in order once they have been committed. */
export interface Sequencer {
  /** Gives every committed event its offset; answers the last one given. */
  assignOrder(): Promise<bigint>;
  close(): Promise<void>;
}

/** Logs in as a role that may call assign_event_order() and sees no event. */
export function openSequencer(connectionString: string): Sequencer {
  const pipeline = new Pipeline({
    connectionString,
    role: DEMAND_ROLE,
    application_name: 'merzili sequencer',
    options: `-c timezone=UTC -c jit=off -c statement_timeout=${TIMEOUT_MS}`,
    query_timeout: TIMEOUT_MS,
    connectionTimeoutMillis: TIMEOUT_MS,
    keepAlive: true,
  });
  const assignOrder = shared(async () => {
    const text = 'select assign_event_order()::text';
    const [offset] = await pipeline.read({ name: 'assign_event_order', text, values: [] });
    return BigInt(String(offset));
  });
  return { assignOrder, close: () => pipeline.close() };
}

/** Calls that come while one is under way share the one after it: what they ask for may be too late for it. */
export function shared<T>(run: () => Promise<T>): () => Promise<T> {
  let current: Promise<T> | null = null;
  let next: Promise<T> | null = null;
  const begin = (): Promise<T> => {
    next = null;
    current = run().finally(() => {
      current = null;
    });
    return current;
  };
  return () => {
    if (next !== null) return next;
    if (current === null) return begin();
    next = current.then(begin, begin);
    return next;
  };
}
