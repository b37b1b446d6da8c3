import { type EntityManager, In } from 'typeorm';
import { Provision } from '../agreements/agreement.entity.js';
import { Party } from '../parties/party.entity.js';
import { Place } from '../places/place.entity.js';
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
    places: place === null ? new Map() : await findPlace(manager, place),
    parties: await findCodes(manager, Party, [...parties]),
    provisions: await findCodes(manager, Provision, provisions),
  };
}

async function findPlace(manager: EntityManager, code: string): Promise<RecordKeys['places']> {
  if (!isStorable(code)) return new Map();
  const place = await manager.findOne(Place, { where: { code }, relations: { parentPlace: true } });
  if (!place) return new Map();
  const around = place.parentPlace?.searchText;
  const searchTexts = around === undefined ? [place.searchText] : [place.searchText, around];
  return new Map([[code, { key: place.key, searchTexts }]]);
}

async function findCodes(
  manager: EntityManager,
  entity: typeof Party | typeof Provision,
  codes: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const asked = codes.filter(isStorable);
  if (asked.length === 0) return new Map();
  const found: { key: number; code: string }[] = await manager.find<Party | Provision>(entity, {
    select: { key: true, code: true },
    where: { code: In(asked) },
  });
  return new Map(found.map(({ key, code }) => [code, key]));
}

/** PostgreSQL takes neither of these in a text. */
function isStorable(code: string): boolean {
  return !/[\u0000\p{Cs}]/u.test(code);
}
