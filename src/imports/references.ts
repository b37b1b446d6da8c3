import type { EntityManager } from 'typeorm';
import type { NewIncident } from '../modules/incidents/write/incident.records.js';
import type { IncidentIdentity } from './incident-identity.js';
import type { IncidentRecord } from './incident-rows.js';

/** Author of imported records. It is no person, so every head may assess them. */
const WRITTEN_BY = 'import';

const YEAR_IN_BAKU = new Intl.DateTimeFormat('en', { timeZone: 'Asia/Baku', year: 'numeric' });

/** How often another number is drawn for a reference that is taken. */
const MAX_DRAWS = 200;

/** Assigns each record a key and an unused reference. */
export async function drawReferences(
  manager: EntityManager,
  records: readonly IncidentRecord[],
  identity: IncidentIdentity,
): Promise<NewIncident[]> {
  const taken = new Set<string>();
  const incidents: NewIncident[] = [];
  let pending = records;
  for (let attempt = 0; pending.length > 0; attempt++) {
    const [first] = pending;
    if (first !== undefined && attempt === MAX_DRAWS) {
      throw new Error(`There are too few free references like ${referenceOf(first, identity, attempt)}`);
    }
    const drawn = pending.map((record) => ({ record, reference: referenceOf(record, identity, attempt) }));
    const rows: { reference: string }[] = await manager.query(
      'select reference from incident where reference = any ($1)',
      [drawn.map(({ reference }) => reference)],
    );
    for (const { reference } of rows) taken.add(reference);
    const again: IncidentRecord[] = [];
    for (const { record, reference } of drawn) {
      if (taken.has(reference)) {
        again.push(record);
        continue;
      }
      taken.add(reference);
      const { importKey, originator, audience, content } = record;
      const key = identity.keyOf(originator, importKey);
      incidents.push({ key, reference, importKey, originator, audience, writtenBy: WRITTEN_BY, content });
    }
    pending = again;
  }
  return incidents;
}

function referenceOf(
  { originator, importKey, content }: IncidentRecord,
  identity: IncidentIdentity,
  attempt: number,
): string {
  const year = YEAR_IN_BAKU.format(new Date(content.occurredFrom));
  return `${originator}-${year}-${String(identity.numberOf(importKey, attempt)).padStart(6, '0')}`;
}
