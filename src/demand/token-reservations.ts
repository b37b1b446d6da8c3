import { Pipeline } from '../database/pipeline.js';
import { DEMAND_ROLE } from '../database/roles.js';
import type { BudgetTerms, ReserveTokens } from './budget.js';

const LEASE_TIMEOUT_MS = 1_000;
const TIDY_EVERY_MS = 10 * 60_000;

export interface TokenReservations {
  readonly take: ReserveTokens;
  close(): Promise<void>;
}

/** Leases from the bucket in PostgreSQL that every process of the installation takes from. */
export function openTokenReservations(
  connectionString: string,
  { budget, restoreRate }: BudgetTerms,
): TokenReservations {
  const pipeline = new Pipeline({
    connectionString,
    role: DEMAND_ROLE,
    application_name: 'merzili demand',
    options: `-c timezone=UTC -c jit=off -c synchronous_commit=off -c statement_timeout=${LEASE_TIMEOUT_MS}`,
    query_timeout: LEASE_TIMEOUT_MS,
    connectionTimeoutMillis: LEASE_TIMEOUT_MS,
    keepAlive: true,
  });
  const tidying = setInterval(() => {
    void pipeline
      .read({ text: 'select delete_empty_cost_budgets($1)::text', values: [restoreRate] })
      .catch(() => {});
  }, TIDY_EVERY_MS);
  tidying.unref();

  return {
    async take(identity, { needed, wanted, returned }) {
      const [granted, left] = await pipeline.read({
        name: 'reserve_cost',
        text: 'select granted::text, remaining::text from reserve_cost($1, $2, $3, $4, $5, $6)',
        values: [identity, needed, wanted, returned, budget, restoreRate],
      });
      return { granted: Number(granted), left: Number(left) };
    },
    async close() {
      clearInterval(tidying);
      await pipeline.close();
    },
  };
}
