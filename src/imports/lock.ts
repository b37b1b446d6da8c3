import type { EntityManager } from 'typeorm';

/** Takes the import lock until the transaction ends, so that one process imports at a time. */
export async function lockImports(manager: EntityManager): Promise<void> {
  await manager.query("select name from server_lock where name = 'imports' for update");
}
