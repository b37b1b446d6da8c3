import type { EntityManager } from 'typeorm';
import type { StoredText } from '../labels/localized-text.type.js';
import type { WriteContext } from '../write/context.js';
import { Casualties } from './casualties.entity.js';
import { Claim } from './claim.entity.js';
import { canonicalJson, contentHash, type IncidentContent } from './content.js';
import { Incident } from './incident.entity.js';
import { recordEvent } from './incident.events.js';
import {
  contentColumns,
  insertCasualties,
  insertClaims,
  insertProvisions,
  type RecordKeys,
} from './incident.records.js';
import { IncidentProvision } from './incident-provision.entity.js';
import { Revision } from './revision.entity.js';

/** The content of the version that stands. PostgreSQL holds it to {@link IncidentContent} at every commit. */
export async function currentContent(
  manager: EntityManager,
  { key, version }: Incident,
): Promise<IncidentContent> {
  const { content } = await manager.findOneByOrFail(Revision, { incidentKey: key, version });
  return JSON.parse(content) as IncidentContent;
}

export interface NextVersion {
  readonly kind: 'AMENDED' | 'TRANSLATED';
  readonly content: IncidentContent;
  readonly title: StoredText;
  readonly narrative: StoredText | null;
  /** Names of what differs from the version before. */
  readonly changes: readonly (keyof IncidentContent)[];
  readonly keys: RecordKeys;
  /** Issuer and subject of who wrote or last amended it. */
  readonly writtenBy: string;
}

/** Makes a locked incident's next version: it has not been assessed, and consents to release are void. */
export async function writeVersion(
  ctx: WriteContext,
  manager: EntityManager,
  incident: Incident,
  { kind, content, title, narrative, changes, keys, writtenBy }: NextVersion,
): Promise<void> {
  const { key, audience } = incident;
  const version = incident.version + 1;
  const canonical = canonicalJson(content);
  const hash = contentHash(canonical);
  const now = () => 'clock_timestamp()';
  await manager.update(
    Incident,
    { key },
    {
      version,
      ...contentColumns(content, keys),
      title,
      narrative,
      status: 'REPORTED',
      contentHash: hash,
      writtenBy,
      updatedAt: now,
    },
  );
  const whole = [{ key, audience, content }];
  const ofIncident = { incidentKey: key };
  if (changes.includes('claims')) {
    await manager.delete(Claim, ofIncident);
    await insertClaims(manager, whole, keys);
  }
  if (changes.includes('casualties')) {
    await manager.delete(Casualties, ofIncident);
    await insertCasualties(manager, whole, keys);
  }
  if (changes.includes('provisions')) {
    await manager.delete(IncidentProvision, ofIncident);
    await insertProvisions(manager, whole, keys);
  }
  await manager.insert(Revision, {
    incidentKey: key,
    audience,
    version,
    changedAt: now,
    changedBy: ctx.nation,
    changes: [...changes],
    contentHash: hash,
    content: canonical,
  });
  await recordEvent(manager, { incidentKey: key, kind, version, audience });
}
