import type { EntityManager } from 'typeorm';
import { BATCH_SIZE } from './batches.js';
import type { IncidentRecord } from './incident-rows.js';

/**
 * What is between the check of a file and its writing, in temporary tables that end with the transaction: keys of
 * all rows, and new incidents. So memory does not grow with the file, and nothing is written before the whole file
 * is found good.
 */
export async function createStage(manager: EntityManager): Promise<void> {
  await manager.query(
    `create temporary table staged_key (import_key text collate "C" primary key, line integer) on commit drop;
     create temporary table staged_incident (line integer, record json) on commit drop`,
  );
}

/** A later import in the same transaction makes its own. */
export async function dropStage(manager: EntityManager): Promise<void> {
  await manager.query('drop table pg_temp.staged_key, pg_temp.staged_incident');
}

interface KeyOfLine {
  readonly importKey: string;
  readonly line: number;
}

/** Adds keys, and answers the line of the file that has each of them first. */
export async function stageKeys(
  manager: EntityManager,
  keys: readonly KeyOfLine[],
): Promise<ReadonlyMap<string, number>> {
  const names = keys.map(({ importKey }) => importKey);
  await manager.query(
    `insert into pg_temp.staged_key select * from unnest($1::text[], $2::integer[]) on conflict do nothing`,
    [names, keys.map(({ line }) => line)],
  );
  const first: KeyOfLine[] = await manager.query(
    'select import_key as "importKey", line from pg_temp.staged_key where import_key = any ($1)',
    [names],
  );
  return new Map(first.map(({ importKey, line }) => [importKey, line]));
}

export async function stageIncidents(
  manager: EntityManager,
  records: readonly IncidentRecord[],
): Promise<void> {
  await manager.query(`insert into pg_temp.staged_incident select * from unnest($1::integer[], $2::json[])`, [
    records.map(({ line }) => line),
    records.map((record) => JSON.stringify(record)),
  ]);
}

export async function countStaged(manager: EntityManager): Promise<number> {
  const [row]: { count: number }[] = await manager.query(
    'select count(*)::integer as count from pg_temp.staged_incident',
  );
  return row?.count ?? 0;
}

/** The staged incidents in the order of the file, a batch at a time. */
export async function* stagedIncidents(manager: EntityManager): AsyncGenerator<readonly IncidentRecord[]> {
  await manager.query('declare staged cursor for select record from pg_temp.staged_incident order by line');
  while (true) {
    const rows: { record: IncidentRecord }[] = await manager.query(`fetch ${BATCH_SIZE} from staged`);
    if (rows.length === 0) break;
    yield rows.map(({ record }) => record);
  }
  await manager.query('close staged');
}
