import type { EntityManager } from 'typeorm';
import { Casualties } from '../incidents/casualties.entity.js';
import { Claim } from '../incidents/claim.entity.js';
import { canonicalJson, contentHash, type TextContent } from '../incidents/content.js';
import { Incident } from '../incidents/incident.entity.js';
import { IncidentProvision } from '../incidents/incident-provision.entity.js';
import { Revision } from '../incidents/revision.entity.js';
import { LOCALES } from '../labels/locale.js';
import type { StoredText } from '../labels/localized-text.type.js';
import type { IncidentRecord } from './incident-rows.js';

/** A checked incident with what it will be known by. */
export interface NewIncident extends IncidentRecord {
  readonly key: string;
  readonly reference: string;
}

/** Keys by code. */
export interface RecordKeys {
  readonly places: ReadonlyMap<string, number>;
  readonly parties: ReadonlyMap<string, number>;
  readonly provisions: ReadonlyMap<string, number>;
}

/** Subject of what nobody wrote by hand: every head may assess it. */
const WRITTEN_BY = 'import';
const NOW = () => 'now()';

/** Writes new incidents with all that belongs to them, as version 1. */
export async function insertIncidents(
  manager: EntityManager,
  incidents: readonly NewIncident[],
  keys: RecordKeys,
): Promise<void> {
  const records = incidents.map((incident) => {
    const canonical = canonicalJson(incident.content);
    return { ...incident, canonical, hash: contentHash(canonical) };
  });
  await manager.insert(
    Incident,
    records.map(({ key, reference, importKey, originator, audience, content, hash }) => ({
      key,
      audience,
      reference,
      importKey,
      version: 1,
      originator,
      category: content.category,
      severity: content.severity,
      occurredFrom: new Date(content.occurredFrom),
      occurredTo: content.occurredTo === null ? null : new Date(content.occurredTo),
      timePrecision: content.timePrecision,
      placeKey: content.place === null ? null : keyOf(keys.places, content.place),
      latitude: content.position?.latitude ?? null,
      longitude: content.position?.longitude ?? null,
      geoPrecision: content.position?.precision ?? null,
      title: storedText(content.title),
      narrative: content.narrative && storedText(content.narrative),
      killed: sum(content.casualties.map(({ killed }) => killed)),
      wounded: sum(content.casualties.map(({ wounded }) => wounded)),
      status: 'REPORTED' as const,
      contentHash: hash,
      writtenBy: WRITTEN_BY,
      createdAt: NOW,
      updatedAt: NOW,
    })),
  );
  await manager.insert(
    Revision,
    records.map(({ key, audience, originator, canonical, hash }) => ({
      incidentKey: key,
      audience,
      version: 1,
      changedAt: NOW,
      changedBy: originator,
      changes: [],
      contentHash: hash,
      content: canonical,
    })),
  );
  await insertParts(manager, records, keys);
}

async function insertParts(
  manager: EntityManager,
  incidents: readonly NewIncident[],
  { parties, provisions }: RecordKeys,
): Promise<void> {
  const party = (code: string | null): number | null => (code === null ? null : keyOf(parties, code));
  const partsOf = <P, R>(parts: (incident: NewIncident) => readonly P[], row: (part: P) => R) =>
    incidents.flatMap((incident) =>
      parts(incident).map((part, index) => ({
        incidentKey: incident.key,
        audience: incident.audience,
        position: index + 1,
        ...row(part),
      })),
    );
  await manager.insert(
    Claim,
    partsOf(
      ({ content }) => content.claims,
      ({ claimant, attributedTo, sourceType, sourceUrl, statement }) => ({
        claimantKey: keyOf(parties, claimant),
        attributedToKey: party(attributedTo),
        sourceType,
        sourceUrl,
        statement: statement && storedText(statement),
      }),
    ),
  );
  await manager.insert(
    Casualties,
    partsOf(
      ({ content }) => content.casualties,
      ({ party: code, group, killed, wounded, detained }) => ({
        partyKey: party(code),
        group,
        killed,
        wounded,
        detained,
      }),
    ),
  );
  await manager.insert(
    IncidentProvision,
    partsOf(
      ({ content }) => content.provisions,
      (code) => ({ provisionKey: keyOf(provisions, code) }),
    ),
  );
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
function sum(counts: readonly (number | null)[]): number {
  return counts.reduce((total: number, count) => total + (count ?? 0), 0);
}
