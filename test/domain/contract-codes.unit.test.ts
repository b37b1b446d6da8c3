import { describe, expect, it } from 'vitest';
import { VOCABULARIES, type VocabularyName } from '../../src/domain/vocabularies.js';

/** The enums of the public contract, written out by hand. */
const CONTRACT: Record<VocabularyName, string> = {
  Locale: 'TR RU AZ EN',
  Nation: 'TUR RUS AZE',
  Audience: 'TUR RUS AZE PUBLIC',
  Role: 'LIAISON_OFFICER DUTY_OFFICER CONTINGENT_HEAD NATIONAL_ADMIN INTEGRATOR PUBLIC',
  TranslationStatus: 'SOURCE OFFICIAL WORKING MACHINE',
  PartyKind: 'STATE PEACEKEEPING_CONTINGENT MONITORING_CENTRE DE_FACTO_AUTHORITY',
  PlaceKind: 'DISTRICT CITY TOWN VILLAGE AREA',
  ImplementationStatus: 'NOT_INITIATED MINIMAL INTERMEDIATE FULL LAPSED SUPERSEDED',
  TimePrecision: 'MINUTE HOUR DAY MONTH',
  GeoPrecision: 'EXACT NEAR DISTRICT REGION',
  Severity: 'LOW MODERATE HIGH CRITICAL',
  IncidentCategory:
    'CEASEFIRE_VIOLATION SMALL_ARMS_FIRE SNIPER_FIRE MORTAR_FIRE ARTILLERY_FIRE SHELLING ARMED_CLASH UAV_SIGHTING UAV_FORCED_LANDING UAV_STRIKE MINE_INCIDENT LANDMINE CROSSING_LINE_OF_CONTACT RESTRICTION_OF_MOVEMENT ROAD_BLOCKAGE DETENTION PRISONER_EXCHANGE DAMAGE_TO_RESIDENTIAL_BUILDING UTILITY_DISRUPTION',
  SourceType: 'OWN_OBSERVATION UAV PARTY_STATEMENT COMPLAINT MEDIA OTHER',
  CasualtyGroup: 'MILITARY CIVILIAN UNKNOWN',
  IncidentStatus:
    'REPORTED AWAITING_COUNTERSIGN JOINTLY_CONFIRMED JOINTLY_REFUTED INCONCLUSIVE DISPUTED RETRACTED',
  Verdict: 'CONFIRMED REFUTED INCONCLUSIVE',
  IncidentAction: 'AMEND TRANSLATE ASSESS RELEASE RETRACT',
  IncidentOrderField: 'OCCURRED_FROM UPDATED_AT',
  OrderDirection: 'ASC DESC',
  IncidentDimension: 'CATEGORY STATUS SEVERITY ORIGINATOR DISTRICT DAY MONTH YEAR',
  UserErrorCode:
    'INVALID REQUIRED TOO_LONG OUT_OF_RANGE NOT_FOUND UNKNOWN_REFERENCE STALE_VERSION NOT_ALLOWED_NOW ALREADY_DONE IDEMPOTENCY_MISMATCH',
  IncidentEventKind: 'REPORTED AMENDED TRANSLATED ASSESSED RELEASED RETRACTED',
};

/** Enums to which this API adds codes. */
const COMPLETED = ['IncidentCategory', 'IncidentOrderField'] as const;

describe('vocabularies', () => {
  it.each(Object.entries(CONTRACT).filter(([name]) => !COMPLETED.some((completed) => completed === name)))(
    '%s has the codes of the contract',
    (name, codes) => {
      expect(Object.entries(VOCABULARIES).find(([known]) => known === name)?.[1]).toEqual(codes.split(' '));
    },
  );

  it.each(COMPLETED)('%s completes the list of the contract', (name) => {
    expect(VOCABULARIES[name]).toEqual(expect.arrayContaining(CONTRACT[name].split(' ')));
  });

  it('has no vocabulary that the contract does not know', () => {
    expect(Object.keys(VOCABULARIES).sort()).toEqual(Object.keys(CONTRACT).sort());
  });
});
