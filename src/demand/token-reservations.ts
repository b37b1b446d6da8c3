import { Pipeline } from '../database/pipeline.js';
import type { RoleLogin } from '../database/roles.js';
import type { BudgetTerms, ReserveTokens } from './budget.js';

const RESERVATION_TIMEOUT_MS = 1_000;
const CLEANUP_EVERY_MS = 10 * 60_000;

export interface TokenReservations {
  readonly reserve: ReserveTokens;
  close(): Promise<void>;
}

/** Reserves tokens in PostgreSQL, in the buckets that all processes of the installation share. */
export function openTokenReservations(
  login: RoleLogin,
  { budget, restoreRate }: BudgetTerms,
): TokenReservations {
  const pipeline = new Pipeline({
    ...login,
    application_name: 'merzili demand',
    settings: {
      timezone: 'UTC',
      jit: 'off',
      synchronous_commit: 'off',
      statement_timeout: String(RESERVATION_TIMEOUT_MS),
    },
    query_timeout: RESERVATION_TIMEOUT_MS,
    connectionTimeoutMillis: RESERVATION_TIMEOUT_MS,
    keepAlive: true,
  });
  const cleanup = setInterval(() => {
    void pipeline
      .read({ text: 'select delete_empty_cost_budgets($1)::text', values: [restoreRate] })
      .catch(() => {});
  }, CLEANUP_EVERY_MS);
  cleanup.unref();

  return {
    async reserve(identity, { needed, requested, returned }) {
      const [granted, left] = await pipeline.read({
        name: 'reserve_cost',
        text: 'select granted::text, remaining::text from reserve_cost($1, $2, $3, $4, $5, $6)',
        values: [identity, needed, requested, returned, budget, restoreRate],
      });
      return { granted: Number(granted), left: Number(left) };
    },
    async close() {
      clearInterval(cleanup);
      await pipeline.close();
    },
  };
}
