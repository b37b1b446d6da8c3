import type { EntityManager } from 'typeorm';

const IMPORT_LOCK = 4_672_910_002;

/** Waits until no other process imports, and holds the lock until the transaction ends. */
export async function lockImports(manager: EntityManager): Promise<void> {
  await manager.query('select pg_advisory_xact_lock($1)', [IMPORT_LOCK]);
}
