import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { IncidentEventKind } from '../labels/vocabularies.js';

export interface NewEvent {
  readonly incidentKey: string;
  readonly kind: IncidentEventKind;
  readonly version: number;
  /** Who may see this event, now and later. */
  readonly audience: number;
}

/**
 * Records an event within the transaction of what it tells of. The table is not an entity: TypeORM does not
 * know the type xid8, by which events are put in the order of their commits.
 */
export async function recordEvent(
  manager: EntityManager,
  { incidentKey, kind, version, audience }: NewEvent,
): Promise<void> {
  await manager.query(
    `insert into incident_event (key, incident_key, audience, kind, at, version)
     values ($1, $2, $3, $4, clock_timestamp(), $5)`,
    [randomUUID(), incidentKey, audience, kind, version],
  );
}
