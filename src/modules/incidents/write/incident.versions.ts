import type { WriteContext } from '../../../context/write-context.js';
import { insertInto, record, type Statement } from '../../../database/statement.js';
import type { Transaction } from '../../../database/transaction.js';
import type { StoredText } from '../../../graphql-types/localized-text.type.js';
import { canonicalJson } from './canonical-json.js';
import { contentHash, type IncidentContent } from './content.js';
import type { LockedIncident } from './incident.lock.js';
import {
  casualtiesInsertions,
  claimInsertions,
  contentColumns,
  provisionInsertions,
  type RecordKeys,
} from './incident.records.js';

const CONTENT = `select content from revision
  where incident_key = $1 and version = (select version from incident where key = $1)`;

/** The content of the current version. PostgreSQL checks at every commit that it has this shape. */
export async function currentContent(tx: Transaction, key: string): Promise<IncidentContent> {
  const [revision] = await tx.read<{ content: string }>({ text: CONTENT, values: [key] });
  // An incident without a revision is invisible to the nation, and locking it answers NOT_FOUND.
  return JSON.parse(revision?.content ?? '{}') as IncidentContent;
}

interface NextVersion {
  readonly content: IncidentContent;
  readonly title: StoredText;
  readonly narrative: StoredText | null;
  /** Names of the parts that differ from the version before. */
  readonly changes: readonly (keyof IncidentContent)[];
  readonly keys: RecordKeys;
  /** Issuer and subject of who wrote or last amended the incident. */
  readonly writtenBy: string;
}

const UPDATE = `update incident set version = changed.version, category = changed.category, severity = changed.severity,
    occurred_from = changed.occurred_from, occurred_to = changed.occurred_to, time_precision = changed.time_precision,
    place_key = changed.place_key, latitude = changed.latitude, longitude = changed.longitude,
    geo_precision = changed.geo_precision, title = changed.title, narrative = changed.narrative,
    killed = changed.killed, wounded = changed.wounded, status = 'REPORTED', content_hash = changed.content_hash,
    written_by = changed.written_by
  from jsonb_populate_record(null::incident, $2) changed where incident.key = $1`;

/**
 * Statements that write the next version of a locked incident. The new version is not assessed yet, and consents to
 * the release of the old one are void.
 */
export function versionStatements(
  ctx: WriteContext,
  { key, audience, version: before }: LockedIncident,
  { content, title, narrative, changes, keys, writtenBy }: NextVersion,
): Statement[] {
  const version = before + 1;
  const canonical = canonicalJson(content);
  const hash = contentHash(canonical);
  const columns = {
    version,
    ...contentColumns(content, keys),
    title,
    narrative,
    contentHash: hash,
    writtenBy,
  };
  const parts = [{ key, audience, content }];
  const replaced = (table: string, insertions: readonly Statement[]): Statement[] => [
    { text: 'select remove_incident_parts($1, $2)', values: [table, key] },
    ...insertions,
  ];
  const revision = {
    incidentKey: key,
    audience,
    version,
    changedBy: ctx.nation,
    changes,
    contentHash: hash,
    content: canonical,
  };
  return [
    { text: UPDATE, values: [key, JSON.stringify(record(columns))] },
    ...(changes.includes('claims') ? replaced('claim', claimInsertions(parts, keys)) : []),
    ...(changes.includes('casualties') ? replaced('casualties', casualtiesInsertions(parts, keys)) : []),
    ...(changes.includes('provisions')
      ? replaced('incident_provision', provisionInsertions(parts, keys))
      : []),
    insertInto('revision', [revision]),
  ];
}
