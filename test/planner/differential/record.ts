import type { Locale } from '../../../src/domain/locale.js';
import type { App } from '../../support/app.js';

/** Text in several languages, as the tables keep it. */
export interface Text {
  readonly source: Locale;
  readonly revision: number;
  readonly texts: Partial<Record<Locale, { locale: Locale; text: string; status: string; revision: number }>>;
}

/** A row as PostgreSQL itself turns it into JSON. */
export type Row = Readonly<Record<string, unknown>> & { readonly key?: unknown };

export interface IncidentRow extends Row {
  readonly key: string;
  readonly audience: number;
  readonly reference: string;
  readonly originator: string;
  readonly category: string;
  readonly severity: string;
  readonly status: string;
  readonly occurred_from: string;
  readonly updated_at: string;
  readonly place_key: number | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly title: Text;
  readonly narrative: Text | null;
  readonly written_by: string;
  readonly reported_by: string;
}

export interface PartRow extends Row {
  readonly incident_key: string;
  readonly ordinal: number;
}

export interface ClaimRow extends PartRow {
  readonly claimant_key: number;
  readonly attributed_to_key: number | null;
}

export interface CasualtiesRow extends PartRow {
  readonly party_key: number | null;
  readonly killed: number | null;
  readonly wounded: number | null;
}

export interface PlaceRow extends Row {
  readonly key: number;
  readonly code: string;
  readonly kind: string;
  readonly parent_key: number | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
}

export interface AppointmentRow extends Row {
  readonly key: number;
  readonly official_key: number;
  readonly role: string;
  readonly starts_on: string | null;
  readonly ends_on: string | null;
}

export interface ProvisionAssessmentRow extends Row {
  readonly key: string;
  readonly provision_key: number;
  readonly nation: string;
  readonly status: string;
  readonly assessed_at: string;
}

interface Keyed extends Row {
  readonly key: number;
  readonly code: string;
}

interface Tables {
  party: Keyed;
  place: PlaceRow;
  official: Keyed & { party_key: number };
  appointment: AppointmentRow;
  official_contact: Row & { official_key: number; nation: string };
  agreement: Keyed & { signed_on: string };
  agreement_signatory: Row & { agreement_key: number; official_key: number; ordinal: number };
  provision: Keyed & { agreement_key: number; number: number };
  provision_party: Row & { provision_key: number; party_key: number; ordinal: number };
  provision_place: Row & { provision_key: number; place_key: number; ordinal: number };
  provision_deadline: Row & { provision_key: number; ordinal: number };
  provision_assessment: ProvisionAssessmentRow;
  centre: Row & { place_key: number };
  contingent: Row & { nation: string };
  incident: IncidentRow;
  claim: ClaimRow;
  casualties: CasualtiesRow;
  incident_provision: Row & { incident_key: string; provision_key: number; ordinal: number };
  assessment: Row & {
    key: string;
    incident_key: string;
    nation: string;
    version: number;
    content_hash: string;
    assessed_at: string;
  };
  assessment_note: Row & { assessment_key: string; nation: string; note: string };
  revision: Row & {
    incident_key: string;
    version: number;
    changes: string[];
    content_hash: string;
    open_hash: string;
  };
}

/** Every row of every table, as plain objects. */
export type StoredRecord = { readonly [Table in keyof Tables]: readonly Tables[Table][] };

const TABLES: readonly (keyof Tables)[] = [
  'party',
  'place',
  'official',
  'appointment',
  'official_contact',
  'agreement',
  'agreement_signatory',
  'provision',
  'provision_party',
  'provision_place',
  'provision_deadline',
  'provision_assessment',
  'centre',
  'contingent',
  'incident',
  'claim',
  'casualties',
  'incident_provision',
  'assessment',
  'assessment_note',
  'revision',
];

/** Reads the tables by the simplest statements there are, as their owner. */
export async function loadRecord(sql: App['sql']): Promise<StoredRecord> {
  const record: Partial<Record<keyof Tables, readonly Row[]>> = {};
  for (const table of TABLES) {
    const rows = await sql<{ row: Row }>(`select to_jsonb(t) as row from ${table} t`);
    record[table] = rows.map(({ row }) => row);
  }
  return record as StoredRecord;
}
