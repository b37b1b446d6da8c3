import { IssuerFreeze } from './access/issuer-freeze.entity.js';
import { RevokedToken } from './access/revoked-token.entity.js';
import {
  Agreement,
  AgreementSignatory,
  Provision,
  ProvisionAssessment,
  ProvisionDeadline,
  ProvisionParty,
  ProvisionPlace,
} from './agreements/agreement.entity.js';
import { Centre, Contingent } from './centre/centre.entity.js';
import { Assessment, AssessmentNote } from './incidents/assessment.entity.js';
import { Casualties } from './incidents/casualties.entity.js';
import { Claim } from './incidents/claim.entity.js';
import { Idempotency } from './incidents/idempotency.entity.js';
import { Incident } from './incidents/incident.entity.js';
import { IncidentProvision } from './incidents/incident-provision.entity.js';
import { IncidentSearch } from './incidents/incident-search.entity.js';
import { IncidentTally } from './incidents/incident-tally.entity.js';
import { ReleaseConsent } from './incidents/release-consent.entity.js';
import { Revision } from './incidents/revision.entity.js';
import { Appointment, Official, OfficialContact } from './officials/official.entity.js';
import { Party } from './parties/party.entity.js';
import { Place } from './places/place.entity.js';

/** Every table that TypeORM knows. */
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
  IncidentTally,
  Assessment,
  AssessmentNote,
  Revision,
  ReleaseConsent,
  Idempotency,
  RevokedToken,
  IssuerFreeze,
];
