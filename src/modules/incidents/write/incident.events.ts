import { newKey } from '../../../database/key.js';
import { insertInto, type Statement } from '../../../database/statement.js';
import type { IncidentEventKind } from '../../../domain/vocabularies.js';

interface NewEvent {
  readonly incidentKey: string;
  readonly kind: IncidentEventKind;
  readonly version: number;
  /** Who may see this event, now and later. */
  readonly audience: number;
}

/**
 * Records an event within the transaction of what it tells of. It is put in order once that is committed
 * (migrations/sql/0006-assign-event-order.sql).
 */
export function eventInsertion(event: NewEvent): Statement {
  return insertInto('incident_event', [{ key: newKey(), ...event }], { at: 'clock_timestamp()' });
}
