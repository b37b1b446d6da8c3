import type { EntityManager } from 'typeorm';

const IMPORT_LOCK = 4_672_910_002;

/** Takes the import lock until the transaction ends, so that one process imports at a time. */
export async function lockImports(manager: EntityManager): Promise<void> {
  await manager.query('select pg_advisory_xact_lock($1)', [IMPORT_LOCK]);
}
