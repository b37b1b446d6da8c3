import type { Transaction } from '../../../database/transaction.js';
import type { Nation } from '../../../domain/scopes.js';
import type { StoredText } from '../../../graphql-types/localized-text.type.js';
import { InvalidWriteError } from '../../../mutations/problem.js';
import { seenByAudience } from '../../../planner/audience-mask.js';
import { raw, render } from '../../../planner/sql.js';
import type { IncidentState } from '../incident.policy.js';

const PREFIX = 'Incident:';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An incident whose row is locked by the transaction. */
export interface LockedIncident extends IncidentState {
  readonly key: string;
  readonly title: StoredText;
  readonly narrative: StoredText | null;
  readonly contentHash: string;
}

const lockAs = (
  nation: Nation,
): string => `select key, audience, version, originator, status, title, narrative,
    content_hash as "contentHash", reported_by as "reportedBy", written_by as "writtenBy"
  from incident where key = $1 and ${render(seenByAudience((column) => raw(`incident.${column}`), nation)).text} for update`;

/**
 * Locks the incident of a global id until the transaction ends, and returns it with what `readParts` reads. Both
 * reads leave in one round trip, and `readParts` runs after the lock. Throws the problem NOT_FOUND and no other
 * if the id is malformed, or if the writing nation sees no such incident.
 */
export async function lockIncident<T>(
  tx: Transaction,
  nation: Nation,
  id: string,
  readParts: (key: string) => Promise<T>,
): Promise<[LockedIncident, T]> {
  const key = id.startsWith(PREFIX) ? id.slice(PREFIX.length) : '';
  if (!UUID.test(key)) throw notFound();
  const [[incident], read] = await Promise.all([
    tx.read<LockedIncident>({ text: lockAs(nation), values: [key] }),
    readParts(key),
  ]);
  if (!incident) throw notFound();
  return [incident, read];
}

/** Says nothing of the id, so that hidden, absent and malformed ones look the same. */
function notFound(): InvalidWriteError {
  return new InvalidWriteError([{ reason: 'NOT_FOUND', field: ['input', 'id'] }]);
}
