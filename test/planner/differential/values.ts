import type { Locale } from '../../../src/domain/locale.js';
import { VOCABULARIES } from '../../../src/domain/vocabularies.js';
import type { Choices } from './choices.js';
import { NASTY } from './enrich.js';
import type { Cursors } from './pages.js';
import type { StoredRecord } from './record.js';

/** What arguments are made of. */
export interface Pool {
  readonly record: StoredRecord;
  readonly cursors: Cursors;
}

export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

export type Values = Readonly<Record<string, Value>>;

/** An argument that no row matches: unknown or nasty. */
function strange(choices: Choices): string {
  return choices.pick(['nothing', ...NASTY.slice(0, 9)]);
}

function code(choices: Choices, rows: readonly { readonly code: string }[]): string {
  return choices.once(12) ? strange(choices) : choices.pick(rows).code;
}

function some<Item>(choices: Choices, most: number, item: () => Item): Item[] {
  return Array.from({ length: choices.next(most + 1) }, item);
}

/** Among them the first and the last days of offices, and those beside them. */
const DAYS = [
  '2021-01-30',
  '2021-01-29',
  '2022-09-09',
  '2022-09-08',
  '2023-06-04',
  '2018-07-10',
  '2030-01-01',
];
const MOMENTS = [
  '2021-01-01T00:00:00Z',
  '2021-03-02T23:30:00+04:00',
  '2021-03-02T03:30:00.003Z',
  '2022-08-01T12:00:00-05:30',
  '2023-09-19T09:00:00Z',
];

/** Codes of references are known ones: others are refused. */
function filter(choices: Choices, { record }: Pool): Values {
  const parts: Record<string, () => Value> = {
    category: () => some(choices, 3, () => choices.pick(record.incident).category),
    status: () => some(choices, 2, () => choices.pick(VOCABULARIES.IncidentStatus)),
    severity: () => some(choices, 2, () => choices.pick(VOCABULARIES.Severity)),
    originator: () => some(choices, 2, () => choices.pick(VOCABULARIES.Nation)),
    occurred: () => ({
      ...(choices.once(2) ? { from: choices.pick(MOMENTS) } : {}),
      ...(choices.once(2) ? { to: choices.once(5) ? null : choices.pick(MOMENTS) } : {}),
    }),
    place: () => some(choices, 3, () => choices.pick(record.place).code),
    near: () => ({
      latitude: 38.5 + choices.next(20) / 10,
      longitude: 45 + choices.next(20) / 10,
      radiusKm: choices.pick([0.01, 7.3, 31.7, 88.8, 500]),
    }),
    provision: () => some(choices, 2, () => choices.pick(record.provision).code),
    claimant: () => some(choices, 2, () => choices.pick(record.party).code),
    attributedTo: () => some(choices, 2, () => choices.pick(record.party).code),
  };
  const chosen: Record<string, Value> = {};
  for (let n = choices.next(3); n >= 0; n -= 1) {
    const name = choices.once(4) ? 'near' : choices.pick(Object.keys(parts));
    chosen[name] = choices.once(10) ? null : (parts[name]?.() ?? null);
  }
  return chosen;
}

function forward(choices: Choices, pool: Pool, listing: string, sizes: readonly number[]): Values {
  return {
    first: choices.pick(sizes),
    ...(choices.once(3) ? { after: cursor(choices, pool, listing) } : {}),
  };
}

/** Any cursor of a listing, and more often than any other the one at the beginning of it. */
function cursor(choices: Choices, { cursors }: Pool, listing: string): string {
  const all = cursors.all(listing);
  return choices.pick(choices.once(3) ? all.slice(0, 1) : all);
}

function rootPage(choices: Choices, pool: Pool): Values {
  const orderBy: Readonly<Record<string, Value>> | null = choices.once(2)
    ? {
        ...(choices.once(3) ? {} : { field: choices.pick(['OCCURRED_FROM', 'UPDATED_AT']) }),
        ...(choices.once(2) ? { direction: choices.pick(['ASC', 'DESC']) } : {}),
      }
    : null;
  const listing = `incident.${orderBy?.field === 'UPDATED_AT' ? 'updated_at' : 'occurred_from'}`;
  const page = choices.once(3)
    ? {
        last: choices.pick([3, 1, 10, 100]),
        ...(choices.once(2) ? { before: cursor(choices, pool, listing) } : {}),
      }
    : forward(choices, pool, listing, [2, 5, 1, 20, 100]);
  return {
    ...page,
    ...(orderBy ? { orderBy } : {}),
    ...(choices.once(2) ? { filter: filter(choices, pool) } : {}),
  };
}

/** Arguments for a field; what is not needed is left out at times. */
export function argumentsFor(path: string, choices: Choices, pool: Pool, locale: Locale): Values {
  const { record } = pool;
  switch (path) {
    case 'Query.node':
      return { id: nodeId(choices, record) };
    case 'Query.nodes':
      return { ids: some(choices, 6, () => nodeId(choices, record)) };
    case 'Query.party':
      return { code: code(choices, record.party) };
    case 'Query.official':
      return { code: code(choices, record.official) };
    case 'Query.agreement':
      return { code: code(choices, record.agreement) };
    case 'Query.provision':
      return { code: code(choices, record.provision) };
    case 'Query.place':
      return { code: code(choices, record.place) };
    case 'Query.incident':
      return { reference: choices.once(12) ? strange(choices) : choices.pick(record.incident).reference };
    case 'Query.incidents':
      return rootPage(choices, pool);
    case 'Query.translationQueue':
      return {
        locale: choices.pick(VOCABULARIES.Locale),
        ...forward(choices, pool, 'incident.occurred_from', [2, 20, 100]),
      };
    case 'Query.officials':
      return {
        ...forward(choices, pool, `official.${locale}`, [2, 5, 20, 100]),
        ...(choices.once(3) ? { party: choices.pick(record.party).code } : {}),
      };
    case 'Query.places':
      return {
        ...forward(choices, pool, `place.${locale}`, [2, 5, 20, 100]),
        ...(choices.once(3) ? { kind: choices.pick(VOCABULARIES.PlaceKind) } : {}),
      };
    case 'Query.incidentStatistics':
      return {
        groupBy: some(choices, 3, () => choices.pick(VOCABULARIES.IncidentDimension)),
        ...(choices.once(2) ? { filter: filter(choices, pool) } : {}),
      };
    case 'Official.appointmentOn':
      return choices.once(3) ? {} : { date: choices.pick(DAYS) };
    case 'Contingent.head':
      return choices.once(3) ? {} : { on: choices.pick(DAYS) };
    case 'Party.incidents':
    case 'Place.incidents':
    case 'Provision.incidents':
      return {
        ...forward(choices, pool, 'incident.occurred_from', [2, 1, 3]),
        ...(choices.once(4) ? { filter: filter(choices, pool) } : {}),
      };
    default:
      return choices.once(2) ? { locale: choices.pick(VOCABULARIES.Locale) } : {};
  }
}

function nodeId(choices: Choices, record: StoredRecord): string {
  switch (choices.next(9)) {
    case 0:
      return `Party:${choices.pick(record.party).code}`;
    case 1:
      return `Official:${choices.pick(record.official).code}`;
    case 2:
      return `Agreement:${choices.pick(record.agreement).code}`;
    case 3:
      return `Provision:${choices.pick(record.provision).code}`;
    case 4:
      return `Place:${choices.pick(record.place).code}`;
    case 5:
      return choices.pick(['Party:', 'Incident:not-a-uuid', 'Contingent:TUR', '', ...NASTY.slice(0, 4)]);
    default:
      return `Incident:${choices.pick(record.incident).key}`;
  }
}
