import {
  GraphQLInterfaceType,
  type GraphQLNamedType,
  GraphQLObjectType,
  type GraphQLSchema,
  isNonNullType,
  lexicographicSortSchema,
  OperationTypeNode,
} from 'graphql';
import { buildSchemaSync, type PubSub } from 'type-graphql';
import { wireMutationPayloads } from '../execution/mutation-payloads.js';
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
import {
  assessmentRead,
  casualtiesRead,
  claimRead,
  incidentRead,
  positionRead,
  revisionRead,
} from '../modules/incidents/read/incident.read.js';
import {
  IncidentDigestResolver,
  IncidentResolver,
  PartyIncidentsResolver,
  PlaceIncidentsResolver,
  ProvisionIncidentsResolver,
} from '../modules/incidents/read/incident.resolver.js';
import { IncidentWritingResolver } from '../modules/incidents/write/incident-writing.resolver.js';
import { NodeResolver } from '../modules/nodes/node.resolver.js';
import { appointmentRead, officialContactRead, officialRead } from '../modules/officials/official.read.js';
import { OfficialResolver, PartyOfficialsResolver } from '../modules/officials/official.resolver.js';
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
import { buildModel } from '../planner/build-model.js';
import { localizedTextRead, translationRead } from '../planner/localized-text.read.js';
import type { Model } from '../planner/model.js';
import { checkRootFields } from '../planner/root-fields.js';

/** All resolvers. */
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
  // Fields that a module adds to a type of another module.
  PartyOfficialsResolver,
  PartyIncidentsResolver,
  PlaceIncidentsResolver,
  ProvisionIncidentsResolver,
  IncidentDigestResolver,
] as const;

/** All types that are read by SQL. */
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

/** type-graphql requires a PubSub for subscriptions. Merzili reads events from the database instead. */
const NO_PUB_SUB: PubSub = {
  publish: () => {},
  subscribe: () => {
    throw new Error('Subscriptions are answered by the subscription executor');
  },
};

/**
 * Builds and checks the schema. Throws an error that names the type or the field if a declaration is missing or
 * wrong.
 */
export function createSchema(): { schema: GraphQLSchema; model: Model } {
  const schema = buildSchemaSync({
    resolvers: RESOLVERS,
    validate: false,
    emitSchemaFile: false,
    pubSub: NO_PUB_SUB,
  });
  checkRootFields(schema);
  describeScopes(schema);
  const model = buildModel(schema, READ_TYPES);
  wireMutationPayloads(schema, model);
  return { schema, model };
}

/** The schema in alphabetical order, as it is emitted. */
export function sorted(schema: GraphQLSchema): GraphQLSchema {
  return lexicographicSortSchema(schema);
}

/** Adds the scope to the description of each field that states one, and that a nullable member is null without it. */
function describeScopes(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!(type instanceof GraphQLObjectType || type instanceof GraphQLInterfaceType)) continue;
    for (const field of Object.values(type.getFields())) {
      const scope = scopeRequiredBy(field);
      if (scope === null) continue;
      const isWithheld = !isRoot(schema, type) && !isNonNullType(field.type);
      const sentence = isWithheld ? `Null without scope ${scope}.` : `Requires scope ${scope}.`;
      field.description = `${field.description ?? ''}\n\n${sentence}`.trim();
    }
  }
}

function isRoot(schema: GraphQLSchema, type: GraphQLNamedType): boolean {
  return Object.values(OperationTypeNode).some((operation) => schema.getRootType(operation) === type);
}
