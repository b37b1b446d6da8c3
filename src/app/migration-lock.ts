import type { DataSource, QueryRunner } from 'typeorm';
import { codeOf } from '../common/thrown.js';

/**
 * Runs the work in one process at a time. The lock is on a table that only the owner may lock: any role could take
 * an advisory lock and stop every start. A failure takes back the table, where this process has made it.
 */
export async function underMigrationLock<T>(owner: DataSource, work: () => Promise<T>): Promise<T> {
  const runner = owner.createQueryRunner();
  try {
    await lockMigrations(runner);
    const result = await work();
    await runner.commitTransaction();
    return result;
  } catch (error) {
    if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => {});
    throw error;
  } finally {
    await runner.release();
  }
}

/** Two processes that make the table at once: PostgreSQL refuses the second once the first has committed. */
const MADE_BY_ANOTHER = new Set(['23505', '42P07']);

async function lockMigrations(runner: QueryRunner): Promise<void> {
  for (;;) {
    await runner.startTransaction();
    try {
      await runner.query('set local idle_in_transaction_session_timeout = 0');
      await runner.query('create table if not exists public.migration_lock (name text)');
      await runner.query('lock table public.migration_lock in access exclusive mode');
      return;
    } catch (error) {
      if (!MADE_BY_ANOTHER.has(codeOf(error))) throw error;
      await runner.rollbackTransaction();
    }
  }
}
