import { Pipeline } from '../database/pipeline.js';
import type { RoleLogin } from '../database/roles.js';
import { unavailable } from '../database/unavailable.js';

const TIMEOUT_MS = 3_000;

/** Assigns the order of committed events. */
export interface Sequencer {
  /** Assigns an offset to every committed event. Returns the last one. */
  assignOrder(): Promise<bigint>;
  close(): Promise<void>;
}

/** Is told of the first failure of an outage, and of its end with the number of failures. */
interface OutageLog {
  began(error: unknown): void;
  ended(failures: number): void;
}

/**
 * Opens a connection of a role that may call assign_event_order() but sees no event. Whatever fails is
 * SERVICE_UNAVAILABLE: events stay in the table, and a later run orders them.
 */
export function openSequencer(login: RoleLogin, outages: OutageLog): Sequencer {
  const pipeline = new Pipeline({
    ...login,
    application_name: 'merzili sequencer',
    settings: {
      timezone: 'UTC',
      jit: 'off',
      statement_timeout: String(TIMEOUT_MS),
    },
    query_timeout: TIMEOUT_MS,
    connectionTimeoutMillis: TIMEOUT_MS,
    keepAlive: true,
  });
  let failures = 0;
  const assignOrder = shared(async () => {
    const text = 'select assign_event_order()::text';
    try {
      const [offset] = await pipeline.read({ name: 'assign_event_order', text, values: [] });
      if (failures > 0) outages.ended(failures);
      failures = 0;
      return BigInt(String(offset));
    } catch (error) {
      if (failures === 0) outages.began(error);
      failures += 1;
      throw unavailable();
    }
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
