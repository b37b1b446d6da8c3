import { batchStatements, insertInto, type Statement } from '../../../database/statement.js';
import { LOCALES } from '../../../domain/locale.js';
import type { Nation } from '../../../domain/scopes.js';
import type { StoredText } from '../../../graphql-types/localized-text.type.js';
import { canonicalJson } from './canonical-json.js';
import { type CasualtiesContent, contentHash, type IncidentContent, type TextContent } from './content.js';

/** A validated incident with its identifiers. */
export interface NewIncident {
  readonly key: string;
  readonly reference: string;
  /** Key in the import file; null if it was reported. */
  readonly importKey: string | null;
  readonly originator: Nation;
  /** Audience mask, the originator included. */
  readonly audience: number;
  /** Issuer and subject of its author. */
  readonly writtenBy: string;
  readonly content: IncidentContent;
}

/** Database keys by code, of all codes that the content names. */
export interface RecordKeys {
  readonly places: ReadonlyMap<string, number>;
  readonly parties: ReadonlyMap<string, number>;
  readonly provisions: ReadonlyMap<string, number>;
}

/**
 * Statements that insert new incidents with their parts, as version 1. Triggers write their times, events and search
 * documents.
 */
export function incidentInsertions(incidents: readonly NewIncident[], keys: RecordKeys): Statement[] {
  const records = incidents.map((incident): FirstVersion => {
    const canonical = canonicalJson(incident.content);
    return { ...incident, canonical, hash: contentHash(canonical) };
  });
  const incidentRows = records.map((record) => incidentRow(record, keys));
  return [
    insertInto('incident', incidentRows),
    batchStatements(
      insertInto('revision', records.map(revisionRow)),
      ...claimInsertions(incidents, keys),
      ...casualtiesInsertions(incidents, keys),
      ...provisionInsertions(incidents, keys),
    ),
  ];
}

/** A new incident with its canonical content and the content hash. */
interface FirstVersion extends NewIncident {
  readonly canonical: string;
  readonly hash: string;
}

function incidentRow(record: FirstVersion, keys: RecordKeys) {
  const { key, reference, importKey, originator, audience, writtenBy, content, hash } = record;
  return {
    key,
    audience,
    reference,
    importKey,
    version: 1,
    originator,
    ...contentColumns(content, keys),
    title: storedText(content.title),
    narrative: content.narrative && storedText(content.narrative),
    status: 'REPORTED',
    contentHash: hash,
    reportedBy: writtenBy,
    writtenBy,
  };
}

function revisionRow({ key, audience, originator, canonical, hash }: FirstVersion) {
  return {
    incidentKey: key,
    audience,
    version: 1,
    changedBy: originator,
    changes: [],
    contentHash: hash,
    content: canonical,
  };
}

/** Columns of the content except title and narrative. The database derives the district. */
export function contentColumns(content: IncidentContent, keys: RecordKeys) {
  return {
    category: content.category,
    severity: content.severity,
    occurredFrom: content.occurredFrom,
    occurredTo: content.occurredTo,
    timePrecision: content.timePrecision,
    placeKey: content.place === null ? null : keyOf(keys.places, content.place),
    latitude: content.position?.latitude ?? null,
    longitude: content.position?.longitude ?? null,
    geoPrecision: content.position?.precision ?? null,
    killed: sum(content.casualties, 'killed'),
    wounded: sum(content.casualties, 'wounded'),
  };
}

type IncidentParts = Pick<NewIncident, 'key' | 'audience' | 'content'>;

export function claimInsertions(incidents: readonly IncidentParts[], { parties }: RecordKeys): Statement[] {
  const rows = partsOf(
    incidents,
    ({ claims }) => claims,
    ({ claimant, attributedTo, sourceType, sourceUrl, statement }) => ({
      claimantKey: keyOf(parties, claimant),
      attributedToKey: attributedTo === null ? null : keyOf(parties, attributedTo),
      sourceType,
      sourceUrl,
      statement: statement && storedText(statement),
    }),
  );
  return rows.length > 0 ? [insertInto('claim', rows)] : [];
}

export function casualtiesInsertions(
  incidents: readonly IncidentParts[],
  { parties }: RecordKeys,
): Statement[] {
  const rows = partsOf(
    incidents,
    ({ casualties }) => casualties,
    ({ party, ...numbers }) => ({
      partyKey: party === null ? null : keyOf(parties, party),
      ...numbersOf(numbers),
    }),
  );
  return rows.length > 0 ? [insertInto('casualties', rows)] : [];
}

export function provisionInsertions(
  incidents: readonly IncidentParts[],
  { provisions }: RecordKeys,
): Statement[] {
  const rows = partsOf(
    incidents,
    (content) => content.provisions,
    (code) => ({ provisionKey: keyOf(provisions, code) }),
  );
  return rows.length > 0 ? [insertInto('incident_provision', rows)] : [];
}

/** Rows of one kind of part. Ordinals start at 1. */
function partsOf<P, R extends object>(
  incidents: readonly IncidentParts[],
  parts: (content: IncidentContent) => readonly P[],
  row: (part: P) => R,
) {
  return incidents.flatMap(({ key, audience, content }) =>
    parts(content).map((part, index) => ({ incidentKey: key, audience, ordinal: index + 1, ...row(part) })),
  );
}

function numbersOf({ group, killed, wounded, detained }: Omit<CasualtiesContent, 'party'>) {
  return { group, killed, wounded, detained };
}

/** A text whose translations are all up to date. */
function storedText({ source, texts }: TextContent): StoredText {
  const stored: { -readonly [L in keyof StoredText['texts']]: StoredText['texts'][L] } = {};
  for (const locale of LOCALES) {
    const text = texts[locale];
    if (text !== undefined) stored[locale] = { locale, ...text, revision: 1 };
  }
  return { source, revision: 1, texts: stored };
}

function keyOf<T>(keys: ReadonlyMap<string, T>, code: string): T {
  const key = keys.get(code);
  if (key === undefined) throw new Error(`No key for ${code}`);
  return key;
}

/** Unknown counts as none. */
function sum(casualties: readonly CasualtiesContent[], what: 'killed' | 'wounded'): number {
  return casualties.reduce((total, numbers) => total + (numbers[what] ?? 0), 0);
}
