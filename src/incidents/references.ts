import { type EntityManager, In } from 'typeorm';
import { Provision } from '../agreements/agreement.entity.js';
import { Party } from '../parties/party.entity.js';
import { Place } from '../places/place.entity.js';
import { isStorable } from '../write/text.rules.js';
import type { IncidentContent } from './content.js';
import type { RecordKeys } from './incident.records.js';

/** Keys of the places, parties and provisions a content names; codes that nothing is known by are left out. */
export async function findKeys(
  manager: EntityManager,
  { place, claims, casualties, provisions }: IncidentContent,
): Promise<RecordKeys> {
  const parties = new Set<string>();
  for (const { claimant, attributedTo } of claims) {
    parties.add(claimant);
    if (attributedTo !== null) parties.add(attributedTo);
  }
  for (const { party } of casualties) if (party !== null) parties.add(party);
  return {
    places: await findCodes(manager, Place, place === null ? [] : [place]),
    parties: await findCodes(manager, Party, [...parties]),
    provisions: await findCodes(manager, Provision, provisions),
  };
}

async function findCodes(
  manager: EntityManager,
  entity: typeof Party | typeof Place | typeof Provision,
  codes: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const asked = codes.filter(isStorable);
  if (asked.length === 0) return new Map();
  const found: { key: number; code: string }[] = await manager.find<Party | Place | Provision>(entity, {
    select: { key: true, code: true },
    where: { code: In(asked) },
  });
  return new Map(found.map(({ key, code }) => [code, key]));
}
