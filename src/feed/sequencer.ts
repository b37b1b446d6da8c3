import { Pipeline } from '../database/pipeline.js';
import type { RoleLogin } from '../database/roles.js';

const TIMEOUT_MS = 3_000;

/** Assigns the order of committed events. */
export interface Sequencer {
  /** Assigns an offset to every committed event. Returns the last one. */
  assignOrder(): Promise<bigint>;
  close(): Promise<void>;
}

/** Opens a connection of a role that may call assign_event_order() but sees no event. */
export function openSequencer(login: RoleLogin): Sequencer {
  const pipeline = new Pipeline({
    ...login,
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

/** Calls during a run share the next run, because the current one may have missed their events. */
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
