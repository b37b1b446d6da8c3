import type { Locale } from '../../../src/domain/locale.js';
import type { Scope } from '../../../src/domain/scopes.js';
import { vocabularyLabel } from '../../../src/i18n/labels.js';
import { type Asker, refusal } from './asker.js';
import type { IncidentRow, PlaceRow, StoredRecord } from './record.js';
import { dateLabel, isUntranslated } from './texts.js';

const BITS = { TUR: 1, RUS: 2, AZE: 4, PUBLIC: 8 } as const;

export interface Filter {
  readonly category?: readonly string[] | null;
  readonly status?: readonly string[] | null;
  readonly severity?: readonly string[] | null;
  readonly originator?: readonly string[] | null;
  readonly occurred?: { from?: string | null; to?: string | null } | null;
  readonly place?: readonly string[] | null;
  readonly near?: { latitude: number; longitude: number; radiusKm: number } | null;
  readonly provision?: readonly string[] | null;
  readonly claimant?: readonly string[] | null;
  readonly attributedTo?: readonly string[] | null;
}

export function isSeen({ audience }: IncidentRow, asker: Asker): boolean {
  return (audience & BITS[asker.audience]) !== 0;
}

/** Whom a record is shown to besides its originator, or null where the asker is not to know. */
export function releasedTo({ audience, originator }: IncidentRow, { nation }: Asker): string[] | null {
  if (nation !== 'TUR' && nation !== 'RUS' && nation !== originator) return null;
  return Object.entries(BITS)
    .filter(([name, bit]) => name !== originator && (audience & bit) !== 0)
    .map(([name]) => name);
}

export function actionsOf(incident: IncidentRow, { nation, scopes, issuer, subject }: Asker): string[] {
  if (incident.status === 'RETRACTED') return [];
  const isOwn = incident.originator === nation;
  const me = `${issuer} ${subject}`;
  const isJoint = (incident.audience & BITS.TUR) !== 0 && (incident.audience & BITS.RUS) !== 0;
  const may = {
    AMEND: scopes.has('incident:amend') && isOwn,
    TRANSLATE: scopes.has('incident:translate'),
    ASSESS: scopes.has('incident:assess') && ![incident.reported_by, incident.written_by].includes(me),
    RELEASE: scopes.has('incident:release') && (isJoint ? incident.audience !== 15 : isOwn),
    RETRACT: scopes.has('incident:retract') && isOwn,
  };
  return Object.entries(may).flatMap(([action, isOffered]) => (isOffered ? [action] : []));
}

/** What may not be read may not be filtered by. */
function scopesOf(filter: Filter | null | undefined): Scope[] {
  const { place, near, provision, claimant, attributedTo } = filter ?? {};
  if (provision || claimant || attributedTo) return ['reference:read', 'incident:read'];
  return place || near ? ['reference:read'] : [];
}

/** What the asker sees of the incidents and the filter lets through. */
export function incidentsFor(
  record: StoredRecord,
  asker: Asker,
  filter: Filter | null | undefined,
): IncidentRow[] {
  for (const scope of scopesOf(filter)) if (!asker.scopes.has(scope)) throw refusal(scope);
  return record.incident.filter(
    (incident) => isSeen(incident, asker) && (!filter || passes(record, asker, incident, filter)),
  );
}

function passes(record: StoredRecord, asker: Asker, incident: IncidentRow, filter: Filter): boolean {
  const place = record.place.find(({ key }) => key === incident.place_key);
  const claims = record.claim.filter((claim) => claim.incident_key === incident.key);
  const party = (key: number | null) => record.party.find((candidate) => candidate.key === key)?.code;
  const { from, to } = filter.occurred ?? {};
  const occurred = Date.parse(incident.occurred_from);
  const isIn = (list: readonly string[] | null | undefined, ...values: (string | undefined)[]): boolean =>
    !list || values.some((value) => value !== undefined && list.includes(value));
  return (
    isIn(filter.category, incident.category) &&
    isIn(filter.status, incident.status) &&
    isIn(filter.severity, incident.severity) &&
    isIn(filter.originator, incident.originator) &&
    (!from || occurred >= Date.parse(from)) &&
    (!to || occurred < Date.parse(to)) &&
    isIn(filter.place, place?.code, record.place.find(({ key }) => key === place?.parent_key)?.code) &&
    (!filter.near || isNear(incident, place, filter.near, asker)) &&
    isIn(
      filter.provision,
      ...record.incident_provision
        .filter((link) => link.incident_key === incident.key)
        .map((link) => record.provision.find(({ key }) => key === link.provision_key)?.code),
    ) &&
    isIn(filter.claimant, ...claims.map((claim) => party(claim.claimant_key))) &&
    isIn(filter.attributedTo, ...claims.map((claim) => party(claim.attributed_to_key)))
  );
}

function isNear(
  incident: IncidentRow,
  place: PlaceRow | undefined,
  near: NonNullable<Filter['near']>,
  asker: Asker,
): boolean {
  const isKnown = incident.latitude !== null && asker.scopes.has('incident:position');
  const { latitude, longitude } = (isKnown ? incident : place) ?? { latitude: null, longitude: null };
  if (latitude === null || longitude === null) return false;
  const radians = (degrees: number): number => (degrees / 180) * Math.PI;
  const sines =
    Math.sin(radians(latitude)) * Math.sin(radians(near.latitude)) +
    Math.cos(radians(latitude)) *
      Math.cos(radians(near.latitude)) *
      Math.cos(radians(longitude - near.longitude));
  return 6371.0088 * Math.acos(Math.min(1, sines)) <= near.radiusKm;
}

/** The district an incident's place is, or lies in. */
export function districtOf(record: StoredRecord, { place_key }: IncidentRow): PlaceRow | undefined {
  const place = record.place.find(({ key }) => key === place_key);
  const outer = record.place.find(({ key }) => key === place?.parent_key) ?? place;
  return outer?.kind === 'DISTRICT' ? outer : undefined;
}

export function awaitTranslation(incidents: readonly IncidentRow[], locale: Locale): IncidentRow[] {
  return incidents.filter(
    ({ title, narrative }) => isUntranslated(title, locale) || isUntranslated(narrative, locale),
  );
}

export interface Group {
  readonly dimensions: readonly string[];
  readonly keys: readonly string[];
  count: number;
  killed: number;
  wounded: number;
}

/** Groups of incidents, by counting one after the other. */
export function groupsOf(
  record: StoredRecord,
  incidents: readonly IncidentRow[],
  dimensions: readonly string[],
): Group[] {
  const groups = new Map<string, Group>();
  const groupOf = (keys: readonly string[]): Group => {
    const id = keys.join('\u0000');
    const group = groups.get(id) ?? { dimensions, keys, count: 0, killed: 0, wounded: 0 };
    groups.set(id, group);
    return group;
  };
  if (dimensions.length === 0) groupOf([]);
  for (const incident of incidents) {
    const group = groupOf(dimensions.map((dimension) => keyOf(record, incident, dimension)));
    group.count += 1;
    for (const casualties of record.casualties) {
      if (casualties.incident_key !== incident.key) continue;
      group.killed += casualties.killed ?? 0;
      group.wounded += casualties.wounded ?? 0;
    }
  }
  return [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

function keyOf(record: StoredRecord, incident: IncidentRow, dimension: string): string {
  const day = new Date(Date.parse(incident.occurred_from) + 4 * 3_600_000).toISOString();
  switch (dimension) {
    case 'DISTRICT':
      return districtOf(record, incident)?.code ?? 'NONE';
    case 'DAY':
      return day.slice(0, 10);
    case 'MONTH':
      return day.slice(0, 7);
    case 'YEAR':
      return day.slice(0, 4);
    default:
      return String(incident[dimension.toLowerCase()]);
  }
}

const VOCABULARY = {
  CATEGORY: 'IncidentCategory',
  STATUS: 'IncidentStatus',
  SEVERITY: 'Severity',
  ORIGINATOR: 'Nation',
} as const;

export function groupLabels(record: StoredRecord, { dimensions, keys }: Group, locale: Locale): string[] {
  return dimensions.map((dimension, index) => {
    const key = keys[index] ?? '';
    if (dimension === 'DISTRICT') {
      return String(record.place.find(({ code }) => code === key)?.[`name_${locale.toLowerCase()}`] ?? '–');
    }
    if (dimension in VOCABULARY) {
      return vocabularyLabel(locale, VOCABULARY[dimension as keyof typeof VOCABULARY], key);
    }
    return dateLabel(key, locale);
  });
}
