import { VOCABULARIES } from '../../../src/domain/vocabularies.js';
import type { Asker } from './asker.js';
import { refusal } from './asker.js';
import {
  actionsOf,
  awaitTranslation,
  districtOf,
  type Filter,
  type Group,
  groupLabels,
  groupsOf,
  incidentsFor,
  isSeen,
  releasedTo,
} from './incidents.js';
import { type Cursors, type PageArguments, pageOf } from './pages.js';
import type { AppointmentRow, IncidentRow, ProvisionAssessmentRow, Row, StoredRecord } from './record.js';
import { compareNames } from './texts.js';

/** What every field of the oracle may look at. */
export interface World {
  readonly record: StoredRecord;
  readonly cursors: Cursors;
  readonly asker: Asker;
}

// biome-ignore lint/suspicious/noExplicitAny: each field knows its own source and arguments
type OracleField = (source: any, args: any, world: World) => unknown;

const find = <Item extends Row>(rows: readonly Item[], key: unknown): Item | null =>
  rows.find((row) => row.key === key) ?? null;
const inOrder = <Item extends { readonly ordinal: number }>(rows: readonly Item[]): Item[] =>
  [...rows].sort((a, b) => a.ordinal - b.ordinal);
const compare = (a: string | number, b: string | number): number => (a < b ? -1 : a > b ? 1 : 0);
const partsOf = <Item extends { readonly incident_key: string }>(
  rows: readonly Item[],
  { key }: IncidentRow,
) => rows.filter(({ incident_key }) => incident_key === key);
const today = (): string => new Date(Date.now() + 4 * 3_600_000).toISOString().slice(0, 10);

function incidentPage(
  { record, cursors, asker }: World,
  args: PageArguments & {
    filter?: Filter | null;
    orderBy?: { field: string; direction: string } | null;
  },
  narrow: (incidents: readonly IncidentRow[]) => readonly IncidentRow[] = (all) => all,
): object {
  const column = args.orderBy?.field === 'UPDATED_AT' ? 'updated_at' : 'occurred_from';
  const sign = (args.orderBy?.direction ?? 'DESC') === 'DESC' ? -1 : 1;
  return pageOf(
    {
      name: `incident.${column}`,
      all: record.incident,
      shown: narrow(incidentsFor(record, asker, args.filter)),
      idOf: ({ key }) => `Incident:${key}`,
      compare: (a, b) => sign * (Date.parse(a[column]) - Date.parse(b[column]) || compare(a.key, b.key)),
    },
    cursors,
    args,
  );
}

function namedPage<Item extends Row & { readonly code: string }>(
  typeName: string,
  all: readonly Item[],
  shown: readonly Item[],
  { cursors, asker }: World,
  args: PageArguments,
): object {
  const names = compareNames(asker.locale);
  const nameOf = (item: Item): string => String(item[`name_${asker.locale.toLowerCase()}`]);
  return pageOf(
    {
      name: `${typeName.toLowerCase()}.${asker.locale}`,
      all,
      shown,
      idOf: ({ code }) => `${typeName}:${code}`,
      compare: (a, b) => names(nameOf(a), nameOf(b)) || compare(a.code, b.code),
    },
    cursors,
    args,
  );
}

function isInForce({ starts_on, ends_on }: AppointmentRow, day: string | null | undefined): boolean {
  const on = day ?? today();
  return (starts_on === null || starts_on <= on) && (ends_on === null || on < ends_on);
}

/** The one that began last; of those whose beginning is unknown, the last. */
function latest(appointments: readonly AppointmentRow[]): AppointmentRow | null {
  return (
    [...appointments].sort((a, b) => compare(b.starts_on ?? '', a.starts_on ?? '') || a.key - b.key)[0] ??
    null
  );
}

function latestAssessments({ record }: World, provision: Row): ProvisionAssessmentRow[] {
  return ['RUS', 'TUR'].flatMap(
    (nation) =>
      record.provision_assessment
        .filter((each) => each.provision_key === provision.key && each.nation === nation)
        .sort((a, b) => Date.parse(b.assessed_at) - Date.parse(a.assessed_at) || compare(b.key, a.key))[0] ??
      [],
  );
}

const NODE_TABLES = {
  Party: 'party',
  Official: 'official',
  Agreement: 'agreement',
  Provision: 'provision',
  Place: 'place',
} as const;

function nodeOf(id: string, { record, asker }: World): unknown {
  const end = id.indexOf(':');
  const type = id.slice(0, end);
  const key = id.slice(end + 1);
  if (type === 'Incident') {
    const incident = record.incident.find((row) => row.key === key);
    return incident && asker.scopes.has('incident:read') && isSeen(incident, asker) ? incident : null;
  }
  const table = Object.entries(NODE_TABLES).find(([name]) => name === type)?.[1];
  return table ? (record[table].find(({ code }) => code === key) ?? null) : null;
}

/** What would tell a position, to whoever tries them all, is told without it to those who may not see it. */
const seesPositions = ({ scopes }: Asker): boolean => scopes.has('incident:position');

/** Fields that are more than a column, a label or a text. */
export const ORACLE_FIELDS: Readonly<Record<string, OracleField>> = {
  'Query.viewer': (_, __, { asker }) => ({ ...asker, scopes: [...asker.scopes] }),
  'Query.centre': (_, __, { record }) => record.centre[0],
  'Query.node': (_, { id }, world) => nodeOf(id, world),
  'Query.nodes': (_, { ids }, world) => ids.map((id: string) => nodeOf(id, world)),
  'Query.parties': (_, __, { record }) => [...record.party].sort((a, b) => a.key - b.key),
  'Query.party': (_, { code }, { record }) => record.party.find((row) => row.code === code),
  'Query.official': (_, { code }, { record }) => record.official.find((row) => row.code === code),
  'Query.officials': (_, args, world) => {
    const { official, party } = world.record;
    const key = party.find(({ code }) => code === args.party)?.key;
    return namedPage(
      'Official',
      official,
      official.filter((row) => (args.party ?? null) === null || row.party_key === key),
      world,
      args,
    );
  },
  'Query.agreements': (_, __, { record }) =>
    [...record.agreement].sort((a, b) => compare(a.signed_on, b.signed_on) || a.key - b.key),
  'Query.agreement': (_, { code }, { record }) => record.agreement.find((row) => row.code === code),
  'Query.provision': (_, { code }, { record }) => record.provision.find((row) => row.code === code),
  'Query.place': (_, { code }, { record }) => record.place.find((row) => row.code === code),
  'Query.places': (_, args, world) => {
    const { place } = world.record;
    return namedPage(
      'Place',
      place,
      place.filter(({ kind }) => !args.kind || kind === args.kind),
      world,
      args,
    );
  },
  'Query.incident': (_, { reference }, { record, asker }) =>
    record.incident.find((row) => row.reference === reference && isSeen(row, asker)),
  'Query.incidents': (_, args, world) => incidentPage(world, args),
  'Query.translationQueue': (_, args, world) =>
    incidentPage(world, { ...args, orderBy: { field: 'OCCURRED_FROM', direction: 'ASC' } }, (all) =>
      awaitTranslation(all, args.locale),
    ),
  'Query.incidentStatistics': (_, { filter, groupBy }, { record, asker }) => {
    const incidents = incidentsFor(record, asker, filter);
    if (groupBy.includes('DISTRICT') && !asker.scopes.has('reference:read')) throw refusal('reference:read');
    return groupsOf(record, incidents, groupBy);
  },
  'Query.vocabularies': () =>
    Object.entries(VOCABULARIES).map(([name, codes]) => ({
      name,
      terms: codes.map((code) => ({ vocabulary: name, code })),
    })),
  'IncidentStatistic.labels': (group: Group, { locale }, { record, asker }) =>
    groupLabels(record, group, locale ?? asker.locale),
  'Party.officials': ({ key }, _, { record }) =>
    record.official.filter(({ party_key }) => party_key === key).sort((a, b) => compare(a.code, b.code)),
  'Party.incidents': ({ key }, args, world) =>
    incidentPage(world, args, (all) =>
      all.filter((incident) =>
        partsOf(world.record.claim, incident).some(({ claimant_key }) => claimant_key === key),
      ),
    ),
  'Place.parent': ({ parent_key }, _, { record }) => find(record.place, parent_key),
  'Place.incidents': ({ key }, args, world) =>
    incidentPage(world, args, (all) =>
      all.filter((incident) => incident.place_key === key || districtOf(world.record, incident)?.key === key),
    ),
  'Provision.agreement': ({ agreement_key }, _, { record }) => find(record.agreement, agreement_key),
  'Provision.obligedParties': ({ key }, _, { record }) =>
    inOrder(record.provision_party.filter(({ provision_key }) => provision_key === key)).map((link) =>
      find(record.party, link.party_key),
    ),
  'Provision.places': ({ key }, _, { record }) =>
    inOrder(record.provision_place.filter(({ provision_key }) => provision_key === key)).map((link) =>
      find(record.place, link.place_key),
    ),
  'Provision.deadlines': ({ key }, _, { record }) =>
    inOrder(record.provision_deadline.filter(({ provision_key }) => provision_key === key)),
  'Provision.assessments': (provision, _, world) => latestAssessments(world, provision),
  'Provision.jointStatus': (provision, _, world) => {
    const [one, other] = latestAssessments(world, provision);
    return one && other && one.status === other.status ? one.status : null;
  },
  'Provision.incidents': ({ key }, args, world) =>
    incidentPage(world, args, (all) =>
      all.filter((incident) =>
        partsOf(world.record.incident_provision, incident).some(({ provision_key }) => provision_key === key),
      ),
    ),
  'ProvisionDeadline.isOverdue': ({ planned, revised, actual }) =>
    actual === null && (revised ?? planned) !== null && (revised ?? planned) < today(),
  'Agreement.signatories': ({ key }, _, { record }) =>
    inOrder(record.agreement_signatory.filter(({ agreement_key }) => agreement_key === key)).map((link) =>
      find(record.official, link.official_key),
    ),
  'Agreement.provisions': ({ key }, _, { record }) =>
    record.provision.filter(({ agreement_key }) => agreement_key === key).sort((a, b) => a.number - b.number),
  'Centre.place': ({ place_key }, _, { record }) => find(record.place, place_key),
  'Centre.contingents': (_, __, { record }) =>
    [...record.contingent].sort((a, b) => compare(a.nation, b.nation)),
  'Contingent.head': ({ nation }, { on }, { record }) => {
    const party = record.party.find(({ code }) => code === nation);
    const own = record.official.filter(({ party_key }) => party_key === party?.key).map(({ key }) => key);
    const head = latest(
      record.appointment.filter(
        (each) =>
          each.role === 'HEAD_OF_CONTINGENT' && own.includes(each.official_key) && isInForce(each, on),
      ),
    );
    return head && find(record.official, head.official_key);
  },
  'Official.party': ({ party_key }, _, { record }) => find(record.party, party_key),
  'Official.appointments': ({ key }, _, { record }) =>
    record.appointment
      .filter(({ official_key }) => official_key === key)
      .sort((a, b) => compare(a.starts_on ?? '', b.starts_on ?? '') || a.key - b.key),
  'Official.appointmentOn': ({ key }, { date }, { record }) =>
    latest(record.appointment.filter((each) => each.official_key === key && isInForce(each, date))),
  'Official.contact': ({ key }, _, { record, asker }) =>
    record.official_contact.find(
      ({ official_key, nation }) => official_key === key && nation === asker.nation,
    ),
  'Appointment.from': ({ starts_on }) => starts_on,
  'Appointment.to': ({ ends_on }) => ends_on,
  'Incident.place': ({ place_key }, _, { record }) => find(record.place, place_key),
  'Incident.position': ({ latitude, longitude, geo_precision }) =>
    latitude === null ? null : { latitude, longitude, precision: geo_precision },
  'Incident.claims': (incident, _, { record }) => inOrder(partsOf(record.claim, incident)),
  'Incident.casualties': (incident, _, { record }) => inOrder(partsOf(record.casualties, incident)),
  'Incident.provisions': (incident, _, { record }) =>
    inOrder(partsOf(record.incident_provision, incident)).map((link) =>
      find(record.provision, link.provision_key),
    ),
  'Incident.assessments': (incident, _, { record }) =>
    partsOf(record.assessment, incident).sort(
      (a, b) => Date.parse(b.assessed_at) - Date.parse(a.assessed_at) || compare(a.key, b.key),
    ),
  'Incident.revisions': (incident, _, { record }) =>
    partsOf(record.revision, incident).sort((a, b) => a.version - b.version),
  'Incident.releasedTo': (incident, _, { asker }) => releasedTo(incident, asker),
  'Incident.viewerActions': (incident, _, { asker }) => actionsOf(incident, asker),
  'Claim.claimant': ({ claimant_key }, _, { record }) => find(record.party, claimant_key),
  'Claim.attributedTo': ({ attributed_to_key }, _, { record }) => find(record.party, attributed_to_key),
  'Casualties.party': ({ party_key }, _, { record }) => find(record.party, party_key),
  'Assessment.contentHash': ({ incident_key, version, content_hash }, _, { record, asker }) =>
    seesPositions(asker)
      ? content_hash
      : record.revision.find((each) => each.incident_key === incident_key && each.version === version)
          ?.open_hash,
  'Revision.contentHash': ({ content_hash, open_hash }, _, { asker }) =>
    seesPositions(asker) ? content_hash : open_hash,
  'Revision.changes': ({ changes }, _, { asker }) =>
    seesPositions(asker) ? changes : changes.filter((name: string) => name !== 'position'),
  'Assessment.internalNote': ({ key }, _, { record, asker }) =>
    record.assessment_note.find((note) => note.assessment_key === key && note.nation === asker.nation)?.note,
};

/** What the server composes in words, with tests of its own, and is not compared. */
export const COMPOSED: ReadonlySet<string> = new Set(['Query.dailyReport', 'Incident.digest']);

/** Whether the oracle can answer a field; queries it does not know, such as new ones, are not asked. */
export function isCompared({ name }: { readonly name: string }, fieldName: string): boolean {
  const field = `${name}.${fieldName}`;
  return name === 'Query' ? field in ORACLE_FIELDS : !COMPOSED.has(field);
}
