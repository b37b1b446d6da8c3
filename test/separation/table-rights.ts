/**
 * What plain SQL of each role may do with each table, written by hand from the domain rules and the shipped
 * files, and derived from nothing. Four values stand for TUR, RUS, AZE and PUBLIC; `-` is permission denied.
 */
export type Four<T> = readonly [T, T, T, T];
type Cell = number | '-';

export interface TableRights {
  /** Rows the role reads of the shipped record. */
  readonly select: Four<Cell>;
  /** Whether the role may insert rows at all; row security then decides on the row. */
  readonly insert?: Four<'may' | '-'>;
  /** Columns that may be given when inserting, where they are not all of them. */
  readonly insertColumns?: readonly string[];
  /** Columns that may be changed, and by whom. */
  readonly update?: { readonly columns: readonly string[]; readonly rows: Four<Cell> };
  /** Rows of the shipped record the role could delete. */
  readonly delete?: Four<Cell>;
}

const NOBODY: Four<'-'> = ['-', '-', '-', '-'];
const NATIONS: Four<'may' | '-'> = ['may', 'may', 'may', '-'];
const CONTINGENTS: Four<'may' | '-'> = ['may', 'may', '-', '-'];
const openTo = (rows: number): TableRights => ({ select: [rows, rows, rows, rows] });

/** Tables that are everybody's to read, without row security, and why. */
export const OPEN_TABLES: Readonly<Record<string, string>> = {
  agreement: 'published agreements',
  agreement_signatory: 'published agreements',
  appointment: 'public offices',
  centre: 'the Centre itself',
  contingent: 'strengths stated in the agreement',
  official: 'holders of public offices; how to reach them is in official_contact',
  party: 'reference data',
  place: 'reference data',
  provision: 'published agreements',
  provision_deadline: 'published agreements',
  provision_party: 'published agreements',
  provision_place: 'published agreements',
  installation: 'what identifies the secret of the installation; no role is granted anything',
  migrations: 'kept by TypeORM; no role is granted anything',
  migration_lock: 'has no rows; the owner locks it while the database changes its shape',
  server_lock: 'names of locks that the owner alone takes; no role is granted anything',
  migration_checksum:
    'names and checksums of migrations; the server reads them as the role that counts demand',
};

export const TABLE_RIGHTS: Readonly<Record<string, TableRights>> = {
  agreement: openTo(3),
  agreement_signatory: openTo(8),
  appointment: openTo(16),
  centre: openTo(1),
  contingent: openTo(2),
  official: openTo(16),
  party: openTo(7),
  place: openTo(55),
  provision: openTo(18),
  provision_deadline: openTo(15),
  provision_party: openTo(40),
  provision_place: openTo(15),
  installation: { select: NOBODY },
  migrations: { select: NOBODY },
  migration_checksum: { select: NOBODY },

  incident: {
    select: [47, 45, 41, 11],
    insert: NATIONS,
    insertColumns: [
      'key',
      'audience',
      'reference',
      'import_key',
      'version',
      'originator',
      'category',
      'severity',
      'occurred_from',
      'occurred_to',
      'time_precision',
      'place_key',
      'latitude',
      'longitude',
      'geo_precision',
      'title',
      'narrative',
      'killed',
      'wounded',
      'status',
      'content_hash',
      'written_by',
      'reported_by',
    ],
    update: {
      columns: [
        'audience',
        'category',
        'content_hash',
        'geo_precision',
        'killed',
        'latitude',
        'longitude',
        'narrative',
        'occurred_from',
        'occurred_to',
        'place_key',
        'retraction',
        'severity',
        'status',
        'time_precision',
        'title',
        'version',
        'wounded',
        'written_by',
      ],
      rows: [47, 45, 41, '-'],
    },
  },
  claim: { select: [75, 72, 69, 21], insert: NATIONS },
  casualties: { select: [129, 123, 111, 27], insert: NATIONS },
  incident_provision: { select: [37, 35, 31, 9], insert: NATIONS },
  revision: {
    select: [47, 45, 41, 11],
    insert: NATIONS,
    insertColumns: [
      'incident_key',
      'audience',
      'version',
      'changed_by',
      'changes',
      'content_hash',
      'content',
    ],
  },
  incident_search: { select: [47, 45, 41, 11] },
  assessment: {
    select: [0, 0, 0, 0],
    insert: CONTINGENTS,
    insertColumns: [
      'key',
      'incident_key',
      'audience',
      'nation',
      'verdict',
      'version',
      'content_hash',
      'remark',
      'assessed_by',
    ],
  },
  assessment_note: { select: [0, 0, 0, '-'], insert: CONTINGENTS },
  provision_assessment: {
    select: [0, 0, 0, 0],
    insert: CONTINGENTS,
    insertColumns: ['key', 'provision_key', 'nation', 'status', 'rationale', 'assessed_by'],
  },
  release_consent: {
    select: [0, 0, '-', '-'],
    insert: CONTINGENTS,
    insertColumns: ['incident_key', 'version', 'target', 'nation', 'audience', 'consented_by'],
  },
  // The database itself writes events.
  incident_event: { select: [0, 0, 0, 0] },
  // One row for each dimension set, audience and group that occurs.
  incident_aggregate: { select: [385, 364, 337, 120] },
  official_contact: { select: [0, 0, 0, '-'] },
  idempotency: {
    select: [0, 0, 0, '-'],
    insert: NATIONS,
    insertColumns: ['nation', 'issuer', 'subject', 'key', 'content_hash', 'incident_key', 'audience'],
  },
  revoked_token: {
    select: [0, 0, 0, '-'],
    insert: NATIONS,
    insertColumns: ['nation', 'token_id', 'revoked_by'],
  },
  issuer_freeze: { select: [0, 0, 0, '-'], insert: NATIONS, insertColumns: ['nation', 'frozen_by', 'keys'] },
  // Each nation locks its own row.
  nation_lock: { select: [1, 1, 1, '-'], update: { columns: ['nation'], rows: [1, 1, 1, '-'] } },
  server_lock: { select: NOBODY },
  unchecked_incident: { select: NOBODY },
  migration_lock: { select: NOBODY },
  cost_budget: { select: NOBODY },
  'search.word': { select: NOBODY },
  'search.label': { select: NOBODY },
  'search.synonym': { select: NOBODY },
};

/**
 * Rows that 140 planted records add, ten of each of the 14 masks: TUR, RUS and AZE are in eight masks each,
 * PUBLIC in seven; every second mask has two revisions; each contingent assesses what it sees, so that four
 * masks have two assessments; both nations consent to releasing every record that either of them sees; and
 * five officials are Turkish, five Russian and three Azerbaijani.
 */
export const PLANTED_RECORDS = 140;
export const PLANTED_ROWS: Readonly<Record<string, Four<number>>> = {
  incident: [80, 80, 80, 70],
  claim: [160, 160, 160, 140],
  casualties: [80, 80, 80, 70],
  incident_provision: [80, 80, 80, 70],
  incident_search: [80, 80, 80, 70],
  revision: [120, 120, 120, 110],
  assessment: [120, 120, 80, 80],
  assessment_note: [80, 80, 0, 0],
  incident_event: [80, 80, 80, 70],
  official_contact: [5, 5, 3, 0],
  // Two for each, of the 47 and 45 shipped records as well.
  release_consent: [254, 250, 0, 0],
  idempotency: [1, 1, 1, 0],
  revoked_token: [1, 1, 1, 0],
};

/** Columns that a role may not even ask for, in tables it may otherwise read. */
export const WITHHELD_COLUMNS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  merzili_public: {
    incident: [
      'latitude',
      'longitude',
      'geo_precision',
      'content_hash',
      'written_by',
      'import_key',
      'reported_by',
    ],
    revision: ['content_hash', 'content'],
    assessment: ['content_hash'],
    incident_aggregate: ['key', 'change_number'],
    incident_event: ['seq'],
  },
  merzili_tur: { incident_aggregate: ['key', 'change_number'], incident_event: ['seq'] },
  merzili_rus: { incident_aggregate: ['key', 'change_number'], incident_event: ['seq'] },
  merzili_aze: { incident_aggregate: ['key', 'change_number'], incident_event: ['seq'] },
};

/** Functions that run as their owner, and why that tells nobody anything. */
export const DEFINER_FUNCTIONS: Readonly<Record<string, string>> = {
  'record_aggregate_insert()':
    'writes aggregates, which no role may; reads only the rows of the statement that fired it',
  'record_aggregate_update()': 'the same',
  'record_aggregate_delete()': 'the same',
  'record_version_event()':
    'writes events, which no role may; reads only the version that fired it and the one before',
  'record_assessment_event()': 'writes events, which no role may; reads only the row that fired it',
  'record_retraction_event()': 'the same',
  'record_release_event()': 'the same',
  'check_unchecked_incidents()':
    'reads which records the owner’s statements have changed, which no role may; raises an error or answers nothing',
  'note_changed_incidents()':
    'writes keys of records that the owner’s statement has changed; answers nothing',
  'note_changed_parts()': 'the same',
  'release_version()':
    'changes audiences of versions, which no role may; writes only parts of the row that fired it, within its own audience',
  'remove_incident_parts(text,uuid)':
    'deletes, which would let a role lock the table; reaches only records of the nation of session_user',
  'unfreeze_issuers()': 'the same, of issuers',
  'assign_event_order()':
    'puts events in order, which no role may; answers one time, to the role that counts demand and sees no rows',
  'search.add_words()':
    'writes the dictionary, which no role may; reads only the rows of the statement that fired it',
  'stamp_assessed_incident()':
    'stamps the time of the record whose verdict has been written, which no role may give',
  'search.index_new_incidents()':
    'writes search documents, which no role may; reads the statement’s own records and places',
  'search.index_changed_incidents()': 'the same',
  'search.index_incidents_of_places()': 'the same, when the owner renames a place',
  'search.incidents(text,text,integer,tsquery[],timestamp with time zone,timestamp with time zone,integer,boolean,real,timestamp with time zone,uuid)':
    'asks indexes that row security keeps from roles; carries the row rule for session_user, which no statement can change',
  'search.incident_count(text,tsquery[],timestamp with time zone,timestamp with time zone)': 'the same',
};

/** Functions that run as their owner and that roles may call. */
export const CALLABLE_DEFINERS: readonly string[] = [
  'search.incidents(text,text,integer,tsquery[],timestamp with time zone,timestamp with time zone,integer,boolean,real,timestamp with time zone,uuid)',
  'search.incident_count(text,tsquery[],timestamp with time zone,timestamp with time zone)',
  'assign_event_order()',
  'remove_incident_parts(text,uuid)',
  'unfreeze_issuers()',
];

/** Roles that processes log in as. */
export const APPLICATION_ROLES = [
  'merzili_tur',
  'merzili_rus',
  'merzili_aze',
  'merzili_public',
  'merzili_demand',
] as const;
