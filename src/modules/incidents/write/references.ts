import type { Transaction } from '../../../database/transaction.js';
import { isStorable } from '../../../mutations/text.rules.js';
import type { IncidentContent } from './content.js';
import type { RecordKeys } from './incident.records.js';

const FIND = `select 'places' as kind, code, key::integer from place where code = any ($1)
  union all select 'parties', code, key from party where code = any ($2)
  union all select 'provisions', code, key from provision where code = any ($3)`;

interface Found {
  readonly kind: keyof RecordKeys;
  readonly code: string;
  readonly key: number;
}

/** Keys of the places, parties and provisions a content names; unknown codes are left out. */
export async function findKeys(
  tx: Transaction,
  { place, claims, casualties, provisions }: IncidentContent,
): Promise<RecordKeys> {
  const parties = new Set<string>();
  for (const { claimant, attributedTo } of claims) {
    parties.add(claimant);
    if (attributedTo !== null) parties.add(attributedTo);
  }
  for (const { party } of casualties) if (party !== null) parties.add(party);
  const requestedCodes = [place === null ? [] : [place], [...parties], provisions];
  const found = await tx.read<Found>({
    text: FIND,
    values: requestedCodes.map((codes) => codes.filter(isStorable)),
  });
  const keysOf = (recordKind: keyof RecordKeys): ReadonlyMap<string, number> =>
    new Map(found.filter(({ kind }) => kind === recordKind).map(({ code, key }) => [code, key]));
  return { places: keysOf('places'), parties: keysOf('parties'), provisions: keysOf('provisions') };
}
