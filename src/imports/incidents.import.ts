import type { DataSource, EntityManager } from 'typeorm';
import { readCsv } from '../csv/csv-file.js';
import { ImportProblems } from '../csv/problem.js';
import { Provision } from '../modules/agreements/agreement.entity.js';
import { incidentInsertions, type RecordKeys } from '../modules/incidents/write/incident.records.js';
import { Party } from '../modules/parties/party.entity.js';
import { Place } from '../modules/places/place.entity.js';
import { batchesOfStream } from './batches.js';
import { newRecords } from './imported-before.js';
import { type IncidentIdentity, RANDOM_IDENTITY } from './incident-identity.js';
import { INCIDENT_COLUMNS, type IncidentRecord, isImportKey, readIncident } from './incident-rows.js';
import { lockImports } from './lock.js';
import { drawReferences } from './references.js';
import {
  countStaged,
  createStage,
  dropStage,
  stagedIncidents,
  stageIncidents,
  stageKeys,
} from './staged-incidents.js';

interface IncidentsImported {
  readonly added: number;
  readonly unchanged: number;
}

interface ImportOptions {
  /** Receives the number of incidents written so far, and of all new ones. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Its abortion rejects the import with the signal's reason; then nothing is written. */
  readonly signal?: AbortSignal;
}

/**
 * Imports incidents from a CSV file with the columns of data/incidents.csv. Adds rows with new keys, as reported and
 * not assessed. Rows imported before must be unchanged. Throws an ImportError that lists the first problems and counts
 * the others; then nothing is written. Memory does not grow with the file.
 */
export function importIncidents(
  dataSource: DataSource,
  file: string,
  options: ImportOptions = {},
): Promise<IncidentsImported> {
  return dataSource.transaction(async (manager) => {
    await lockImports(manager);
    return importIncidentsFile(manager, file, RANDOM_IDENTITY, options);
  });
}

/** Like {@link importIncidents}, in a transaction that holds the import lock. */
export async function importIncidentsFile(
  manager: EntityManager,
  file: string,
  identity: IncidentIdentity,
  options: ImportOptions = {},
): Promise<IncidentsImported> {
  const keys = await readKeys(manager);
  await createStage(manager);
  const unchanged = await checkFile(manager, file, keys, options.signal);
  const added = await writeStaged(manager, keys, identity, options);
  await dropStage(manager);
  return { added, unchanged };
}

/** Stages the new rows of the file, and answers how many were imported before. Throws an ImportError. */
async function checkFile(
  manager: EntityManager,
  file: string,
  keys: RecordKeys,
  signal: AbortSignal | undefined,
): Promise<number> {
  const problems = new ImportProblems(file);
  const now = new Date();
  let unchanged = 0;
  for await (const rows of batchesOfStream(readCsv(file, INCIDENT_COLUMNS, problems))) {
    signal?.throwIfAborted();
    const keysOfLines = rows.map(({ line, cells }) => ({ line, importKey: cells.key }));
    const firstLines = await stageKeys(
      manager,
      keysOfLines.filter(({ importKey }) => isImportKey(importKey)),
    );
    const records = rows.flatMap(
      (row) => readIncident(row, { known: keys, firstLines, now }, problems) ?? [],
    );
    const added = await newRecords(manager, records, problems);
    unchanged += records.length - added.length;
    await stageIncidents(manager, added);
  }
  problems.throwIfAny();
  return unchanged;
}

/** Writes what is staged, and answers how many incidents that is. */
async function writeStaged(
  manager: EntityManager,
  keys: RecordKeys,
  identity: IncidentIdentity,
  { onProgress, signal }: ImportOptions,
): Promise<number> {
  const total = await countStaged(manager);
  let done = 0;
  for await (const records of stagedIncidents(manager)) {
    signal?.throwIfAborted();
    await writeRecords(manager, records, keys, identity);
    done += records.length;
    onProgress?.(done, total);
  }
  if (done > 0) await rollUpChanges(manager);
  signal?.throwIfAborted();
  return done;
}

async function writeRecords(
  manager: EntityManager,
  records: readonly IncidentRecord[],
  keys: RecordKeys,
  identity: IncidentIdentity,
): Promise<void> {
  const incidents = await drawReferences(manager, records, identity);
  for (const { text, values } of incidentInsertions(incidents, keys)) await manager.query(text, [...values]);
  // What is checked at commit is checked now: PostgreSQL holds each row to be checked in memory until then.
  await manager.query('set constraints all immediate');
  await manager.query('set constraints all deferred');
}

/** Waits for whoever rolls up now: roll_up_changes() alone would leave all the changes of the import to later writes. */
async function rollUpChanges(manager: EntityManager): Promise<void> {
  await manager.query("select name from server_lock where name = 'aggregates' for update");
  await manager.query('select roll_up_changes()');
}

async function readKeys(manager: EntityManager): Promise<RecordKeys> {
  const places = await manager.find(Place);
  return {
    places: new Map(places.map(({ code, key }) => [code, key])),
    parties: new Map((await manager.find(Party)).map(({ code, key }) => [code, key])),
    provisions: new Map((await manager.find(Provision)).map(({ code, key }) => [code, key])),
  };
}
