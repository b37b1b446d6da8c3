import {
  GraphQLInterfaceType,
  GraphQLObjectType,
  type GraphQLSchema,
  lexicographicSortSchema,
} from 'graphql';
import { buildSchemaSync, type PubSub } from 'type-graphql';
import { scopeRequiredBy } from '../graphql-types/guard.js';
import {
  agreementRead,
  deadlineRead,
  provisionAssessmentRead,
  provisionRead,
} from '../modules/agreements/agreement.read.js';
import { AgreementResolver } from '../modules/agreements/agreement.resolver.js';
import { ProvisionWritingResolver } from '../modules/agreements/provision-writing.resolver.js';
import { centreRead, contingentRead } from '../modules/centre/centre.read.js';
import { CentreResolver } from '../modules/centre/centre.resolver.js';
import { incidentEventRead } from '../modules/events/incident-event.read.js';
import { IncidentEventResolver } from '../modules/events/incident-event.resolver.js';
import { incidentDigest } from '../modules/incidents/read/digest.read.js';
import {
  assessmentRead,
  casualtiesRead,
  claimRead,
  incidentRead,
  positionRead,
  revisionRead,
} from '../modules/incidents/read/incident.read.js';
import {
  IncidentResolver,
  partyIncidents,
  placeIncidents,
  provisionIncidents,
} from '../modules/incidents/read/incident.resolver.js';
import { IncidentWritingResolver } from '../modules/incidents/write/incident-writing.resolver.js';
import { NodeResolver } from '../modules/nodes/node.resolver.js';
import { appointmentRead, officialContactRead, officialRead } from '../modules/officials/official.read.js';
import { OfficialResolver, partyOfficials } from '../modules/officials/official.resolver.js';
import { partyRead } from '../modules/parties/party.read.js';
import { PartyResolver } from '../modules/parties/party.resolver.js';
import { placeRead } from '../modules/places/place.read.js';
import { PlaceResolver } from '../modules/places/place.resolver.js';
import { REPORT_TYPES } from '../modules/reports/daily-report.read.js';
import { DailyReportResolver } from '../modules/reports/daily-report.resolver.js';
import { statisticRead } from '../modules/statistics/statistic.read.js';
import { StatisticResolver } from '../modules/statistics/statistic.resolver.js';
import { RevocationResolver } from '../modules/tokens/revocation.resolver.js';
import { ViewerResolver } from '../modules/tokens/viewer.resolver.js';
import { VOCABULARY_TYPES } from '../modules/vocabularies/vocabulary.read.js';
import { VocabularyResolver } from '../modules/vocabularies/vocabulary.resolver.js';
import { localizedTextRead, translationRead } from '../planner/localized-text.read.js';
import { buildModel, type Model } from '../planner/model.js';

/** Every operation of the API. */
const RESOLVERS = [
  ViewerResolver,
  CentreResolver,
  NodeResolver,
  PartyResolver,
  OfficialResolver,
  AgreementResolver,
  PlaceResolver,
  IncidentResolver,
  StatisticResolver,
  DailyReportResolver,
  VocabularyResolver,
  IncidentWritingResolver,
  ProvisionWritingResolver,
  RevocationResolver,
  IncidentEventResolver,
] as const;

/** Every type that is read by SQL. */
const READ_TYPES = [
  partyRead,
  officialRead,
  appointmentRead,
  officialContactRead,
  agreementRead,
  provisionRead,
  deadlineRead,
  provisionAssessmentRead,
  placeRead,
  centreRead,
  contingentRead,
  incidentRead,
  positionRead,
  claimRead,
  casualtiesRead,
  assessmentRead,
  revisionRead,
  incidentEventRead,
  statisticRead,
  ...REPORT_TYPES,
  ...VOCABULARY_TYPES,
  localizedTextRead,
  translationRead,
];

/** Fields that a slice adds to another slice's type. */
const EXTENSIONS = [incidentDigest, partyOfficials, partyIncidents, placeIncidents, provisionIncidents];

/** type-graphql asks for one where there are subscriptions; ours are answered out of the event table. */
const NO_PUB_SUB: PubSub = {
  publish: () => {},
  subscribe: () => {
    throw new Error('Subscriptions are answered by src/events');
  },
};

export function createSchema(): { schema: GraphQLSchema; model: Model } {
  const schema = buildSchemaSync({
    resolvers: RESOLVERS,
    validate: false,
    emitSchemaFile: false,
    pubSub: NO_PUB_SUB,
  });
  describeScopes(schema);
  return { schema, model: buildModel(schema, READ_TYPES, EXTENSIONS) };
}

/** The schema with everything in alphabetical order, as it is emitted. */
export function sorted(schema: GraphQLSchema): GraphQLSchema {
  return lexicographicSortSchema(schema);
}

/** A field that needs a scope says so in its description. */
function describeScopes(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!(type instanceof GraphQLObjectType || type instanceof GraphQLInterfaceType)) continue;
    for (const field of Object.values(type.getFields())) {
      const scope = scopeRequiredBy(field);
      if (scope) field.description = `${field.description ?? ''}\n\nRequires scope ${scope}.`.trim();
    }
  }
}
