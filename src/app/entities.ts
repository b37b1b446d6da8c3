import {
  Agreement,
  AgreementSignatory,
  Provision,
  ProvisionAssessment,
  ProvisionDeadline,
  ProvisionParty,
  ProvisionPlace,
} from '../modules/agreements/agreement.entity.js';
import { Centre, Contingent } from '../modules/centre/centre.entity.js';
import { Assessment, AssessmentNote } from '../modules/incidents/assessment.entity.js';
import { Casualties } from '../modules/incidents/casualties.entity.js';
import { Claim } from '../modules/incidents/claim.entity.js';
import { Incident } from '../modules/incidents/incident.entity.js';
import { IncidentProvision } from '../modules/incidents/incident-provision.entity.js';
import { ReleaseConsent } from '../modules/incidents/release/release-consent.entity.js';
import { Revision } from '../modules/incidents/revision.entity.js';
import { IncidentSearch } from '../modules/incidents/search/incident-search.entity.js';
import { IncidentAggregate } from '../modules/incidents/statistics/incident-aggregate.entity.js';
import { Idempotency } from '../modules/incidents/write/idempotency.entity.js';
import { Appointment, Official, OfficialContact } from '../modules/officials/official.entity.js';
import { Party } from '../modules/parties/party.entity.js';
import { Place } from '../modules/places/place.entity.js';
import { IssuerFreeze } from '../modules/tokens/issuer-freeze.entity.js';
import { RevokedToken } from '../modules/tokens/revoked-token.entity.js';

/** All entities of TypeORM. */
export const ENTITIES = [
  Party,
  Place,
  Official,
  Appointment,
  OfficialContact,
  Agreement,
  AgreementSignatory,
  Provision,
  ProvisionParty,
  ProvisionPlace,
  ProvisionDeadline,
  ProvisionAssessment,
  Centre,
  Contingent,
  Incident,
  Claim,
  Casualties,
  IncidentProvision,
  IncidentSearch,
  IncidentAggregate,
  Assessment,
  AssessmentNote,
  Revision,
  ReleaseConsent,
  Idempotency,
  RevokedToken,
  IssuerFreeze,
];
