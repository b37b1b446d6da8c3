import { newKey } from '../../../database/key.js';
import { insertInto, type Statement } from '../../../database/statement.js';
import type { IncidentEventKind } from '../../../domain/vocabularies.js';

interface NewEvent {
  readonly incidentKey: string;
  readonly kind: IncidentEventKind;
  readonly version: number;
  /** Audience mask of the event. It never changes. */
  readonly audience: number;
}

/**
 * Inserts an event in the transaction of the write that it reports. Its place in the event order is assigned after
 * the commit (migrations/sql/0006-assign-event-order.sql).
 */
export function eventInsertion(event: NewEvent): Statement {
  return insertInto('incident_event', [{ key: newKey(), ...event }], { at: 'clock_timestamp()' });
}
