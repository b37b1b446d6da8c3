/**
 * The shapes of queries. Each has a document for Merzili, which Mercurius and the Apollo server share, one for
 * PostGraphile, and variables that differ from request to request. The limit uses the variables alone.
 */
const RICH = `
  reference occurredFrom category categoryLabel severity status
  place { code name parent { code name } }
  claims { sourceType claimant { code name } }
  assessments { nation verdict }
  provisions { code }`;
const SCALARS =
  'reference version originator category severity occurredFrom occurredTo timePrecision status createdAt updatedAt';
const PAGE_INFO = 'pageInfo { hasNextPage endCursor }';

const POSTGRAPHILE_RICH = `
  reference occurredFrom category categoryLabel(locale: "TR") severity status
  place: placeByPlaceKey { code name: nameTr parent: placeByParentKey { code name: nameTr } }
  claims: claimsByIncidentKeyAndAudience(orderBy: [POSITION_ASC]) { nodes { sourceType claimant: partyByClaimantKey { code name: nameTr } } }
  assessments: assessmentsByIncidentKeyAndAudience(orderBy: [ASSESSED_AT_DESC, KEY_ASC]) { nodes { nation verdict } }
  provisions: incidentProvisionsByIncidentKeyAndAudience(orderBy: [POSITION_ASC]) { nodes { provision: provisionByProvisionKey { code } } }`;
const NEWEST = 'orderBy: [OCCURRED_FROM_DESC, KEY_DESC]';

const page = (name, size, selection, extra = '') =>
  `query ${name}($after: String) { incidents(first: ${size}, after: $after) { nodes { ${selection} } ${PAGE_INFO} ${extra} } }`;
const postgraphilePage = (name, size, selection) =>
  `query ${name}($after: Cursor) { incidents: allIncidents(first: ${size}, after: $after, ${NEWEST}) { nodes { ${selection} } ${PAGE_INFO} } }`;

const cursors = ({ pages }) =>
  pages.map((cursor) => ({ variables: cursor.merzili, postgraphile: cursor.postgraphile }));

export const SHAPES = [
  {
    name: 'incident',
    title: 'one incident, nested 2 levels',
    document: `query One($reference: String!) { incident(reference: $reference) {
      reference version originator category severity occurredFrom status place { code name parent { code name } }
      claims { sourceType claimant { code name } } assessments { nation verdict version } } }`,
    postgraphile: `query One($reference: String!) { incident: incidentByReference(reference: $reference) {
      reference version originator category severity occurredFrom status
      place: placeByPlaceKey { code name: nameTr parent: placeByParentKey { code name: nameTr } }
      claims: claimsByIncidentKeyAndAudience(orderBy: [POSITION_ASC]) { nodes { sourceType claimant: partyByClaimantKey { code name: nameTr } } }
      assessments: assessmentsByIncidentKeyAndAudience(orderBy: [ASSESSED_AT_DESC, KEY_ASC]) { nodes { nation verdict version } } } }`,
    requests: ({ references }) => references.map((reference) => ({ variables: { reference } })),
  },
  {
    name: 'page',
    title: 'page of 20 with place, district, parties, assessments, provisions, label',
    document: page('Page', 20, RICH),
    postgraphile: postgraphilePage('Page', 20, POSTGRAPHILE_RICH),
    requests: (samples) => cursors(samples.shallow),
  },
  {
    name: 'pageWithTotal',
    title: 'the same with totalCount of everything visible',
    document: page('PageWithTotal', 20, RICH, 'totalCount'),
    postgraphile: postgraphilePage('PageWithTotal', 20, POSTGRAPHILE_RICH).replace(
      PAGE_INFO,
      `${PAGE_INFO} totalCount`,
    ),
    requests: (samples) => cursors(samples.shallow),
  },
  {
    name: 'districtWithTotal',
    title: 'page of 20 of one category in one district, with totalCount',
    document: `query District($category: IncidentCategory!, $district: String!) {
      incidents(first: 20, filter: { category: [$category], place: [$district] }) { nodes { ${RICH} } ${PAGE_INFO} totalCount } }`,
    postgraphile: `query District($category: String!, $districtKey: Int!) { incidents: allIncidents(first: 20, ${NEWEST},
      condition: { category: $category, districtKey: $districtKey }) { nodes { ${POSTGRAPHILE_RICH} } ${PAGE_INFO} totalCount } }`,
    requests: ({ filters }) =>
      filters.map(({ category, district, districtKey }) => ({
        variables: { category, district },
        postgraphile: { category, districtKey },
      })),
  },
  {
    name: 'scalars',
    title: 'page of 100, scalars',
    document: page('Scalars', 100, SCALARS),
    postgraphile: postgraphilePage('Scalars', 100, SCALARS),
    requests: (samples) => cursors(samples.shallow),
  },
  {
    name: 'deep',
    title: 'page of 20 as above, 50,000 deep',
    document: page('Deep', 20, RICH),
    postgraphile: postgraphilePage('Deep', 20, POSTGRAPHILE_RICH),
    requests: (samples) => cursors(samples.deep),
  },
  {
    name: 'category',
    title: 'page of 20 of one category, from a cursor on',
    document: `query Category($category: IncidentCategory!, $after: String) {
      incidents(first: 20, after: $after, filter: { category: [$category] }) { nodes { ${RICH} } ${PAGE_INFO} } }`,
    postgraphile: `query Category($category: String!, $after: Cursor) { incidents: allIncidents(first: 20, after: $after, ${NEWEST},
      condition: { category: $category }) { nodes { ${POSTGRAPHILE_RICH} } ${PAGE_INFO} } }`,
    requests: ({ shallow, filters }) =>
      cursors(shallow).map(({ variables, postgraphile }, index) => {
        const { category } = filters[index % filters.length];
        return { variables: { ...variables, category }, postgraphile: { ...postgraphile, category } };
      }),
  },
  {
    name: 'titles',
    title: 'page of 20 titles and labels in one of four languages',
    document: `query Titles($after: String, $locale: Locale!) { incidents(first: 20, after: $after) { nodes {
      reference title(locale: $locale) { text locale isFallback } categoryLabel(locale: $locale) severityLabel(locale: $locale) } ${PAGE_INFO} } }`,
    postgraphile: `query Titles($after: Cursor, $locale: String!) { incidents: allIncidents(first: 20, after: $after, ${NEWEST}) { nodes {
      reference title: titleIn(locale: $locale) { text locale isFallback } categoryLabel(locale: $locale) severityLabel(locale: $locale) } ${PAGE_INFO} } }`,
    requests: (samples) =>
      cursors(samples.shallow).map(({ variables, postgraphile }, index) => {
        const locale = ['TR', 'RU', 'AZ', 'EN'][index % 4];
        return { variables: { ...variables, locale }, postgraphile: { ...postgraphile, locale } };
      }),
  },
  {
    name: 'statisticsByCategory',
    title: 'statistics over everything, by category',
    document: 'query ByCategory { incidentStatistics(groupBy: [CATEGORY]) { keys count killed wounded } }',
    postgraphile:
      'query ByCategory { incidentStatistics: statisticsByCategory { nodes { keys count killed wounded } } }',
    requests: () => [{ variables: {} }],
  },
  {
    name: 'statisticsByMonth',
    title: 'statistics over everything, by month and district',
    document:
      'query ByMonth { incidentStatistics(groupBy: [MONTH, DISTRICT]) { keys count killed wounded } }',
    postgraphile:
      'query ByMonth { incidentStatistics: statisticsByMonth { nodes { keys count killed wounded } } }',
    requests: () => [{ variables: {} }],
  },
];

const BITS = { TUR: 1, RUS: 2, AZE: 4, PUBLIC: 8 };
const VARIATIONS = 256;
const SPREAD = 2_654_435_761;
const DEEP = 50_000;

/** Values for the variables, from rows that the role sees. `client` is connected as the role. */
export async function drawSamples(client, total, audience) {
  const bit = BITS[audience];
  const { rows: references } = await client.query(
    `select reference from incident where (audience & ${bit}) <> 0
      order by hashtextextended(reference, 7) limit ${VARIATIONS * 4}`,
  );
  const { rows: filters } = await client.query(
    `select category, place.code as district, district_key as "districtKey", count(*)::int as n
       from incident join place on place.key = district_key group by 1, 2, 3
      having count(*) > $1 order by hashtextextended(category || place.code, 7) limit 60`,
    [Math.min(25, Math.floor(total / 1_000))],
  );
  const depth = Math.min(DEEP, Math.floor(total / 2));
  return {
    references: references.map(({ reference }) => reference),
    filters,
    shallow: { offsets: offsets(0, Math.min(2_000, Math.floor(total / 8))) },
    deep: { offsets: offsets(depth, Math.min(2_000, Math.floor(total / 8))) },
  };
}

function offsets(from, width) {
  const drawn = new Set();
  for (let index = 0; drawn.size < Math.min(VARIATIONS, width); index += 1)
    drawn.add(from + ((index * SPREAD) % width));
  return [...drawn];
}

/** Cursors of the rows at the offsets, as Merzili makes them. */
export async function merziliCursors(client, { offsets: rowOffsets }, audience) {
  const first = Math.min(...rowOffsets);
  const { rows } = await client.query(
    `select to_json(occurred_from) #>> '{}' as at, key from incident where (audience & ${BITS[audience]}) <> 0
      order by occurred_from desc, key desc offset $1 limit $2`,
    [first, Math.max(...rowOffsets) - first + 1],
  );
  return rowOffsets.map((offset) => {
    const { at, key } = rows[offset - first];
    return { after: Buffer.from(JSON.stringify(['Incident.occurred_from', at, key])).toString('base64') };
  });
}
