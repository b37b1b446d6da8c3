import {
  GraphQLInterfaceType,
  GraphQLObjectType,
  type GraphQLSchema,
  lexicographicSortSchema,
} from 'graphql';
import { buildSchemaSync, type PubSub } from 'type-graphql';
import { scopeRequiredBy } from './access/guard.js';
import { RevocationResolver } from './access/revocation.resolver.js';
import { ViewerResolver } from './access/viewer.resolver.js';
import {
  agreementRead,
  deadlineRead,
  provisionAssessmentRead,
  provisionRead,
} from './agreements/agreement.read.js';
import { AgreementResolver } from './agreements/agreement.resolver.js';
import { ProvisionWritingResolver } from './agreements/provision-writing.resolver.js';
import { centreRead, contingentRead } from './centre/centre.read.js';
import { CentreResolver } from './centre/centre.resolver.js';
import { incidentEventRead } from './events/incident-event.read.js';
import { IncidentEventResolver } from './events/incident-event.resolver.js';
import { incidentDigest } from './incidents/digest.read.js';
import {
  assessmentRead,
  casualtiesRead,
  claimRead,
  incidentRead,
  positionRead,
  revisionRead,
} from './incidents/incident.read.js';
import {
  IncidentResolver,
  partyIncidents,
  placeIncidents,
  provisionIncidents,
} from './incidents/incident.resolver.js';
import { IncidentWritingResolver } from './incidents/incident-writing.resolver.js';
import { VOCABULARY_TYPES } from './labels/vocabulary.read.js';
import { VocabularyResolver } from './labels/vocabulary.resolver.js';
import { NodeResolver } from './nodes/node.resolver.js';
import { appointmentRead, officialContactRead, officialRead } from './officials/official.read.js';
import { OfficialResolver, partyOfficials } from './officials/official.resolver.js';
import { partyRead } from './parties/party.read.js';
import { PartyResolver } from './parties/party.resolver.js';
import { placeRead } from './places/place.read.js';
import { PlaceResolver } from './places/place.resolver.js';
import { localizedTextRead, translationRead } from './read/localized-text.read.js';
import { buildModel, type Model } from './read/model.js';
import { REPORT_TYPES } from './reports/daily-report.read.js';
import { DailyReportResolver } from './reports/daily-report.resolver.js';
import { statisticRead } from './statistics/statistic.read.js';
import { StatisticResolver } from './statistics/statistic.resolver.js';

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
