/** The part of the schema that the benchmark uses, for servers that start from SDL. */
export const sdl = (categories) => `
  enum IncidentCategory { ${categories.join(' ')} }
  enum Locale { TR RU AZ EN }
  enum IncidentDimension { CATEGORY STATUS SEVERITY ORIGINATOR DISTRICT DAY MONTH YEAR }
  type Party { code: String! name(locale: Locale): String! }
  type Place { code: String! name(locale: Locale): String! parent: Place }
  type Provision { code: String! }
  type Claim { claimant: Party! sourceType: String! }
  type Assessment { nation: String! verdict: String! version: Int! }
  type LocalizedText { text: String! locale: Locale! isFallback: Boolean! }
  type Incident {
    reference: String! version: Int! originator: String! category: String! categoryLabel(locale: Locale): String!
    severity: String! severityLabel(locale: Locale): String! occurredFrom: String! occurredTo: String
    timePrecision: String! status: String! createdAt: String! updatedAt: String!
    place: Place claims: [Claim!]! assessments: [Assessment!]! provisions: [Provision!]!
    title(locale: Locale): LocalizedText!
  }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type IncidentConnection { nodes: [Incident!]! pageInfo: PageInfo! totalCount: Int! }
  input IncidentFilter { category: [IncidentCategory!] place: [String!] }
  type IncidentStatistic { keys: [String!]! count: Int! killed: Int! wounded: Int! }
  type Query {
    incident(reference: String!): Incident
    incidents(filter: IncidentFilter, first: Int, after: String): IncidentConnection!
    incidentStatistics(groupBy: [IncidentDimension!]!): [IncidentStatistic!]!
  }`;
