import { CodedError } from '../../../common/errors.js';
import type { Transaction } from '../../../database/transaction.js';
import type { Nation } from '../../../domain/scopes.js';
import type { StoredText } from '../../../graphql-types/localized-text.type.js';
import { seenByAudience } from '../../../planner/audience-mask.js';
import { raw, render } from '../../../planner/sql.js';
import type { IncidentState } from '../incident.policy.js';

const PREFIX = 'Incident:';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** An incident that nobody else writes to. */
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
 * The incident of a global id, kept from other writers until the transaction ends, and what is read of it in
 * the same breath but after that: `alongside` is given its key. NOT_FOUND, with nothing more to it, when the id
 * is malformed, there is none, or the writing nation does not see it.
 */
export async function lockIncident<T>(
  tx: Transaction,
  nation: Nation,
  id: string,
  alongside: (key: string) => Promise<T>,
): Promise<[LockedIncident, T]> {
  const key = id.startsWith(PREFIX) ? id.slice(PREFIX.length) : '';
  if (!UUID.test(key)) throw new CodedError('NOT_FOUND');
  const [[incident], read] = await Promise.all([
    tx.read<LockedIncident>({ text: lockAs(nation), values: [key] }),
    alongside(key),
  ]);
  if (!incident) throw new CodedError('NOT_FOUND');
  return [incident, read];
}
