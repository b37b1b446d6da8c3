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
 * Records an event within the transaction of what it tells of. It is put in order once that is committed
 * (migrations/1795750000000-order-events.ts).
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
