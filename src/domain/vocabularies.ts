import { LOCALES } from './locale.js';
import { AUDIENCES, NATIONS, ROLES } from './scopes.js';

/**
 * Every vocabulary of the API and its codes, in the order in which they are shown.
 * Each code has a label in all four catalogs under `vocabulary.<name>.<code>`. The labels of
 * incident categories are the terms of data/glossary.csv whose key is the code in lower case.
 */
export const VOCABULARIES = {
  Locale: LOCALES,
  Nation: NATIONS,
  Audience: AUDIENCES,
  Role: ROLES,
  TranslationStatus: ['SOURCE', 'OFFICIAL', 'WORKING', 'MACHINE'],
  PartyKind: ['STATE', 'PEACEKEEPING_CONTINGENT', 'MONITORING_CENTRE', 'DE_FACTO_AUTHORITY'],
  PlaceKind: ['DISTRICT', 'CITY', 'TOWN', 'VILLAGE', 'AREA'],
  ImplementationStatus: ['NOT_INITIATED', 'MINIMAL', 'INTERMEDIATE', 'FULL', 'LAPSED', 'SUPERSEDED'],
  TimePrecision: ['MINUTE', 'HOUR', 'DAY', 'MONTH'],
  GeoPrecision: ['EXACT', 'NEAR', 'DISTRICT', 'REGION'],
  Severity: ['LOW', 'MODERATE', 'HIGH', 'CRITICAL'],
  IncidentCategory: [
    'CEASEFIRE_VIOLATION',
    'SMALL_ARMS_FIRE',
    'HEAVY_MACHINE_GUN_FIRE',
    'SNIPER_FIRE',
    'GRENADE_LAUNCHER_FIRE',
    'MORTAR_FIRE',
    'ARTILLERY_FIRE',
    'MLRS_FIRE',
    'TANK_FIRE',
    'ATGM_FIRE',
    'SHELLING',
    'EXCHANGE_OF_FIRE',
    'ARMED_CLASH',
    'AIR_STRIKE',
    'EXPLOSION',
    'UNDETERMINED_EXPLOSION',
    'LIVE_FIRE_EXERCISE',
    'ILLUMINATION_FLARE',
    'UAV_SIGHTING',
    'RECONNAISSANCE_FLIGHT',
    'AIRSPACE_VIOLATION',
    'UAV_STRIKE',
    'UAV_DOWNED',
    'UAV_FORCED_LANDING',
    'GPS_JAMMING',
    'SIGNAL_INTERFERENCE',
    'TROOP_MOVEMENT',
    'FORTIFICATION',
    'CROSSING_LINE_OF_CONTACT',
    'RESTRICTION_OF_MOVEMENT',
    'ROAD_BLOCKAGE',
    'DENIAL_OF_ACCESS',
    'MINE_INCIDENT',
    'LANDMINE',
    'UNEXPLODED_ORDNANCE',
    'IED',
    'DETENTION',
    'PRISONER_EXCHANGE',
    'HANDOVER_OF_REMAINS',
    'MISSING_PERSON',
    'DAMAGE_TO_RESIDENTIAL_BUILDING',
    'DAMAGE_TO_CIVIL_INFRASTRUCTURE',
    'CULTURAL_HERITAGE_DAMAGE',
    'UTILITY_DISRUPTION',
  ],
  SourceType: ['OWN_OBSERVATION', 'UAV', 'PARTY_STATEMENT', 'COMPLAINT', 'MEDIA', 'OTHER'],
  CasualtyGroup: ['MILITARY', 'CIVILIAN', 'UNKNOWN'],
  IncidentStatus: [
    'REPORTED',
    'AWAITING_COUNTERSIGN',
    'JOINTLY_CONFIRMED',
    'JOINTLY_REFUTED',
    'INCONCLUSIVE',
    'DISPUTED',
    'RETRACTED',
  ],
  Verdict: ['CONFIRMED', 'REFUTED', 'INCONCLUSIVE'],
  IncidentAction: ['AMEND', 'TRANSLATE', 'ASSESS', 'RELEASE', 'RETRACT'],
  IncidentOrderField: ['OCCURRED_FROM', 'UPDATED_AT', 'RELEVANCE'],
  OrderDirection: ['ASC', 'DESC'],
  IncidentDimension: ['CATEGORY', 'STATUS', 'SEVERITY', 'ORIGINATOR', 'DISTRICT', 'DAY', 'MONTH', 'YEAR'],
  UserErrorCode: [
    'INVALID',
    'REQUIRED',
    'TOO_LONG',
    'OUT_OF_RANGE',
    'NOT_FOUND',
    'UNKNOWN_REFERENCE',
    'STALE_VERSION',
    'NOT_ALLOWED_NOW',
    'ALREADY_DONE',
    'IDEMPOTENCY_MISMATCH',
  ],
  IncidentEventKind: ['REPORTED', 'AMENDED', 'TRANSLATED', 'ASSESSED', 'RELEASED', 'RETRACTED'],
} as const satisfies Record<string, readonly string[]>;

export type VocabularyName = keyof typeof VOCABULARIES;
export const VOCABULARY_NAMES = Object.keys(VOCABULARIES) as VocabularyName[];
/** A code of one vocabulary. */
type CodeOf<V extends VocabularyName> = (typeof VOCABULARIES)[V][number];

export type TranslationStatus = CodeOf<'TranslationStatus'>;
export type PartyKind = CodeOf<'PartyKind'>;
export type PlaceKind = CodeOf<'PlaceKind'>;
export type ImplementationStatus = CodeOf<'ImplementationStatus'>;
export type TimePrecision = CodeOf<'TimePrecision'>;
export type GeoPrecision = CodeOf<'GeoPrecision'>;
export type Severity = CodeOf<'Severity'>;
export type IncidentCategory = CodeOf<'IncidentCategory'>;
export type SourceType = CodeOf<'SourceType'>;
export type CasualtyGroup = CodeOf<'CasualtyGroup'>;
export type IncidentStatus = CodeOf<'IncidentStatus'>;
export type Verdict = CodeOf<'Verdict'>;
export type IncidentAction = CodeOf<'IncidentAction'>;
export type IncidentOrderField = CodeOf<'IncidentOrderField'>;
export type OrderDirection = CodeOf<'OrderDirection'>;
export type IncidentDimension = CodeOf<'IncidentDimension'>;
export type UserErrorCode = CodeOf<'UserErrorCode'>;
export type IncidentEventKind = CodeOf<'IncidentEventKind'>;
