import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import type { ImportProblems } from '../csv/problem.js';
import { Incident } from '../modules/incidents/incident.entity.js';
import { Revision } from '../modules/incidents/revision.entity.js';
import { canonicalJson } from '../modules/incidents/write/canonical-json.js';
import type { IncidentContent } from '../modules/incidents/write/content.js';
import type { IncidentColumn, IncidentRecord } from './incident-rows.js';

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
export async function newRecords(
  manager: EntityManager,
  records: readonly IncidentRecord[],
  problems: ImportProblems,
): Promise<readonly IncidentRecord[]> {
  const added: IncidentRecord[] = [];
  const existing = await importedBefore(manager, records);
  for (const record of records) {
    const before = existing.get(record.importKey);
    if (before === undefined) added.push(record);
    else reportDifferences(before, record, problems);
  }
  return added;
}

async function importedBefore(
  manager: EntityManager,
  records: readonly IncidentRecord[],
): Promise<ReadonlyMap<string, ImportedBefore>> {
  if (records.length === 0) return new Map();
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

/** One problem for each part of a record in which it differs from what was imported under its key. */
function reportDifferences(before: ImportedBefore, record: IncidentRecord, problems: ImportProblems): void {
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
  for (const { column, what } of differences) {
    problems.add(
      record.line,
      `${what} of ${record.importKey} differs from what was imported before, which an import does not change`,
      column,
    );
  }
}
