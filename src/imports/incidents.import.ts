import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import { readCsv } from '../csv/csv-file.js';
import { ImportError, type ImportProblem } from '../csv/problem.js';
import { Provision } from '../modules/agreements/agreement.entity.js';
import { Incident } from '../modules/incidents/incident.entity.js';
import { Revision } from '../modules/incidents/revision.entity.js';
import { canonicalJson } from '../modules/incidents/write/canonical-json.js';
import { type IncidentContent } from '../modules/incidents/write/content.js';
import {
  incidentInsertions,
  type NewIncident,
  type RecordKeys,
} from '../modules/incidents/write/incident.records.js';
import { Party } from '../modules/parties/party.entity.js';
import { Place } from '../modules/places/place.entity.js';
import { batchesOf } from './batches.js';
import { type IncidentIdentity, RANDOM_IDENTITY } from './incident-identity.js';
import {
  INCIDENT_COLUMNS,
  type IncidentColumn,
  type IncidentRecord,
  readIncidents,
} from './incident-rows.js';
import { lockImports } from './lock.js';

/** Author of imported records. It is no person, so every head may assess them. */
const WRITTEN_BY = 'import';

interface IncidentsImported {
  readonly added: number;
  readonly unchanged: number;
}

interface ImportOptions {
  /** Receives the number of incidents written so far, and of all new ones. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Imports incidents from a CSV file with the columns of data/incidents.csv. Adds rows with new keys, as reported and
 * not assessed. Rows imported before must be unchanged. Throws an ImportError that lists the problems; then nothing
 * is written.
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
  { onProgress }: ImportOptions = {},
): Promise<IncidentsImported> {
  const keys = await readKeys(manager);
  const { rows, problems } = await readCsv(file, INCIDENT_COLUMNS);
  const records = readIncidents(file, rows, keys, new Date(), problems);
  const added = await newRecords(manager, file, records, problems);
  if (problems.length > 0) throw new ImportError(file, problems);

  const incidents = await drawReferences(manager, added, identity);
  let done = 0;
  for (const batch of batchesOf(incidents)) {
    for (const { text, values } of incidentInsertions(batch, keys)) await manager.query(text, [...values]);
    done += batch.length;
    onProgress?.(done, incidents.length);
  }
  if (done > 0) await manager.query('select roll_up_changes()');
  return { added: added.length, unchanged: records.length - added.length };
}

async function readKeys(manager: EntityManager): Promise<RecordKeys> {
  const places = await manager.find(Place);
  return {
    places: new Map(places.map(({ code, key }) => [code, key])),
    parties: new Map((await manager.find(Party)).map(({ code, key }) => [code, key])),
    provisions: new Map((await manager.find(Provision)).map(({ code, key }) => [code, key])),
  };
}

/** The column that each part of the content comes from, for messages. */
const COLUMN_OF: Partial<Record<keyof IncidentContent, IncidentColumn>> = {
  category: 'category',
  severity: 'severity',
  occurredFrom: 'occurred_from',
  occurredTo: 'occurred_to',
  timePrecision: 'time_precision',
  place: 'place',
  title: 'title_source',
  claims: 'claimants',
  casualties: 'killed_military',
  provisions: 'provisions',
};

const contentShape = z.record(z.string(), z.unknown());

interface ImportedBefore {
  readonly importKey: string;
  readonly originator: string;
  readonly audience: number;
  /** JSON text of the first version's content. */
  readonly content: string;
}

/**
 * The records that are not in the database yet. Existing ones are compared with their first version, so later
 * versions and releases are no difference.
 */
async function newRecords(
  manager: EntityManager,
  file: string,
  records: readonly IncidentRecord[],
  problems: ImportProblem[],
): Promise<IncidentRecord[]> {
  const added: IncidentRecord[] = [];
  for (const batch of batchesOf(records)) {
    const existing = await importedBefore(manager, batch);
    for (const record of batch) {
      const before = existing.get(record.importKey);
      if (before === undefined) added.push(record);
      else problems.push(...differencesFrom(before, record, file));
    }
  }
  return added;
}

async function importedBefore(
  manager: EntityManager,
  records: readonly IncidentRecord[],
): Promise<ReadonlyMap<string, ImportedBefore>> {
  const rows: ImportedBefore[] = await manager
    .createQueryBuilder(Incident, 'incident')
    .innerJoin(Revision, 'revision', 'revision.incident_key = incident.key and revision.version = 1')
    .select('incident.import_key', 'importKey')
    .addSelect('incident.originator', 'originator')
    .addSelect('incident.audience', 'audience')
    .addSelect('revision.content', 'content')
    .where('incident.import_key in (:...keys)', { keys: records.map(({ importKey }) => importKey) })
    .getRawMany();
  return new Map(rows.map((row) => [row.importKey, row]));
}

/** One problem for each part of a record that differs from the imported first version. */
function differencesFrom(before: ImportedBefore, record: IncidentRecord, file: string): ImportProblem[] {
  const content = contentShape.parse(JSON.parse(before.content));
  const changed = Object.entries(record.content)
    .filter(([part, value]) => canonicalJson(value) !== canonicalJson(content[part] ?? null))
    .map(([part]) => ({
      column: COLUMN_OF[part as keyof IncidentContent] ?? ('key' as const),
      what: `the ${part}`,
    }));
  const differences: { readonly column: IncidentColumn; readonly what: string }[] = [
    ...(before.originator === record.originator
      ? []
      : [{ column: 'originator', what: 'the originator' } as const]),
    ...((record.audience & ~before.audience) === 0
      ? []
      : [{ column: 'released_to', what: 'the release' } as const]),
    ...changed,
  ];
  return differences.map(({ column, what }) => ({
    file,
    line: record.line,
    column,
    value: null,
    message: `${what} of ${record.importKey} differs from what was imported before, which an import does not change`,
  }));
}

const YEAR_IN_BAKU = new Intl.DateTimeFormat('en', { timeZone: 'Asia/Baku', year: 'numeric' });

/** Assigns each record a key and an unused reference. */
async function drawReferences(
  manager: EntityManager,
  records: readonly IncidentRecord[],
  identity: IncidentIdentity,
): Promise<NewIncident[]> {
  const taken = new Set<string>();
  const incidents: NewIncident[] = [];
  for (const batch of batchesOf(records)) {
    let pending = batch;
    for (let attempt = 0; pending.length > 0; attempt++) {
      const drawn = pending.map((record) => ({ record, reference: referenceOf(record, identity, attempt) }));
      const rows: { reference: string }[] = await manager.query(
        'select reference from incident where reference = any ($1)',
        [drawn.map(({ reference }) => reference)],
      );
      for (const { reference } of rows) taken.add(reference);
      const again: IncidentRecord[] = [];
      for (const { record, reference } of drawn) {
        if (taken.has(reference)) {
          again.push(record);
          continue;
        }
        taken.add(reference);
        const { importKey, originator, audience, content } = record;
        const key = identity.keyOf(originator, importKey);
        incidents.push({ key, reference, importKey, originator, audience, writtenBy: WRITTEN_BY, content });
      }
      pending = again;
    }
  }
  return incidents;
}

function referenceOf(
  { originator, importKey, content }: IncidentRecord,
  identity: IncidentIdentity,
  attempt: number,
): string {
  const year = YEAR_IN_BAKU.format(new Date(content.occurredFrom));
  return `${originator}-${year}-${String(identity.numberOf(importKey, attempt)).padStart(6, '0')}`;
}
