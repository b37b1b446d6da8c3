import { buildSchema, graphql } from 'graphql';

/** The part of the API's schema that the examples ask for. */
export const SCHEMA = buildSchema(`
  scalar DateTime
  scalar Date
  enum Locale { TR RU AZ EN }
  enum Nation { TUR RUS AZE }
  enum Role { LIAISON_OFFICER DUTY_OFFICER CONTINGENT_HEAD NATIONAL_ADMIN INTEGRATOR PUBLIC }
  enum IncidentDimension { CATEGORY STATUS SEVERITY ORIGINATOR DISTRICT DAY MONTH YEAR }
  type LocalizedText { text: String! locale: Locale! isFallback: Boolean! isStale: Boolean! }
  type Place { name(locale: Locale): String! }
  type Party { name(locale: Locale): String! }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type Incident {
    reference: String!
    version: Int!
    categoryLabel(locale: Locale): String!
    statusLabel(locale: Locale): String!
    severityLabel(locale: Locale): String!
    occurredFrom: DateTime!
    place: Place
    title(locale: Locale): LocalizedText!
  }
  type IncidentConnection { nodes: [Incident!]! pageInfo: PageInfo! totalCount: Int! }
  type IncidentStatistic { keys: [String!]! labels(locale: Locale): [String!]! count: Int! killed: Int! wounded: Int! }
  type ProvisionDeadline { subject(locale: Locale): String! planned: Date revised: Date actual: Date isOverdue: Boolean! }
  type Provision {
    number: Int!
    summary(locale: Locale): LocalizedText!
    obligedParties: [Party!]!
    deadlines: [ProvisionDeadline!]!
    jointStatusLabel(locale: Locale): String
  }
  type Agreement { title(locale: Locale): String! signedOn: Date! effectiveAt: DateTime provisions: [Provision!]! }
  type Viewer { subject: String! nation: Nation role: Role! scopes: [String!]! locale: Locale! expiresAt: DateTime! }
  type IncidentEvent { cursor: String! kind: String! }
  type Subscription { incidentEvents(after: String): IncidentEvent! }
  type Query {
    incidents(first: Int): IncidentConnection!
    incidentStatistics(groupBy: [IncidentDimension!]!): [IncidentStatistic!]!
    agreement(code: String!): Agreement
    viewer: Viewer!
    translationQueue(locale: Locale!, first: Int): IncidentConnection!
  }
`);

/** Who the stub takes the bearer of a token for. */
export interface StubViewer {
  readonly subject: string;
  readonly nation: string | null;
  readonly role: string;
}

type Labels = Readonly<Record<string, string>>;

const CATEGORY: Labels = {
  TR: 'Mayın olayı',
  RU: 'Подрыв на мине',
  AZ: 'Mina hadisəsi',
  EN: 'Mine incident',
};
const STATUS: Labels = { TR: 'Bildirildi', RU: 'Сообщено', AZ: 'Bildirildi', EN: 'Reported' };
const SEVERITY: Labels = { TR: 'Yüksek', RU: 'Высокая', AZ: 'Yüksək', EN: 'High' };
const PLACE: Labels = { TR: 'Fuzuli', RU: 'Физули', AZ: 'Füzuli', EN: 'Fuzuli' };
const TITLE: Labels = {
  TR: 'Fuzuli ilinde mayın patlamasında bir istihkâmcı yaralandı',
  RU: 'Сапёр ранен при подрыве на мине в Физулинском районе',
  AZ: 'Füzuli rayonunda mina partlayışında minatəmizləyən yaralanıb',
  EN: 'Sapper wounded by a mine in Fuzuli district',
};

/** Answers a GraphQL request as the API would, in the language of `acceptLanguage`. */
export async function answerStubQuery(
  request: { query: string; operationName?: string | null },
  viewer: StubViewer,
  acceptLanguage: string | undefined,
  introspection: boolean,
): Promise<object> {
  if (!introspection && request.query.includes('__schema')) {
    return { errors: [{ message: 'Introspection is off.', extensions: { code: 'FORBIDDEN' } }] };
  }
  const language = (acceptLanguage ?? 'en').slice(0, 2).toUpperCase();
  const of = (labels: Labels) => (args: { locale?: string }) => labels[args.locale ?? language];
  const incident = {
    reference: 'AZE-2020-000001',
    version: 1,
    categoryLabel: of(CATEGORY),
    statusLabel: of(STATUS),
    severityLabel: of(SEVERITY),
    occurredFrom: '2020-11-14T00:00:00Z',
    place: { name: of(PLACE) },
    title: (args: { locale?: string }) => {
      const locale = args.locale ?? language;
      return { text: TITLE[locale], locale, isFallback: false, isStale: false };
    },
  };
  const incidents = {
    totalCount: 1,
    nodes: [incident],
    pageInfo: { hasNextPage: false, endCursor: null },
  };
  return graphql({
    schema: SCHEMA,
    source: request.query,
    operationName: request.operationName,
    rootValue: {
      incidents,
      translationQueue: incidents,
      incidentStatistics: [],
      agreement: null,
      viewer: { ...viewer, scopes: ['incident:read'], locale: language, expiresAt: '2030-01-01T00:00:00Z' },
    },
  });
}
