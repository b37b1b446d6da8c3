// The limit: bare node:http, pipelined connections, one prepared statement for each shape that makes the
// JSON text of the answer. No tokens, no GraphQL, no generality.
import pg from 'pg';
import { FALLBACKS, labelsOf, listen, ROLE_URL } from './listen.mjs';

const CONNECTIONS = 2;
const quote = (text) => `'${text.replaceAll("'", "''")}'`;
const array = (items) =>
  `(array[${items.map((item) => (item === undefined ? 'null' : quote(item))).join(',')}]::text[])`;

const connections = await Promise.all(
  Array.from({ length: CONNECTIONS }, async () => {
    const client = new pg.Client({
      connectionString: ROLE_URL,
      pipeline: true,
      options:
        '-c timezone=UTC -c default_transaction_read_only=on -c jit=off -c plan_cache_mode=force_generic_plan',
    });
    await client.connect();
    return client;
  }),
);

/** Reference data that the statements carry as constants, by small integer key. */
async function constants() {
  const [client] = connections;
  const { rows: places } = await client.query('select key, code, name_tr, parent_key from place');
  const { rows: parties } = await client.query('select key, code, name_tr from party');
  const { rows: provisions } = await client.query('select key, code from provision');
  const byKey = new Map(places.map((place) => [place.key, place]));
  const json = (place, inner) => JSON.stringify({ code: place.code, name: place.name_tr, ...inner });
  const placeJson = [];
  for (const place of places) {
    const parent = byKey.get(place.parent_key);
    placeJson[place.key - 1] = json(place, {
      parent: parent ? { code: parent.code, name: parent.name_tr } : null,
    });
  }
  const partyJson = [];
  for (const party of parties)
    partyJson[party.key - 1] = JSON.stringify({ code: party.code, name: party.name_tr });
  const provisionJson = [];
  for (const { key, code } of provisions) provisionJson[key - 1] = JSON.stringify({ code });
  const labels = { category: await labelsOf('IncidentCategory'), severity: await labelsOf('Severity') };
  return {
    place: array([...placeJson]),
    party: array([...partyJson]),
    provision: array([...provisionJson]),
    districts: Object.fromEntries(
      places.filter(({ parent_key }) => parent_key === null).map(({ key, code }) => [code, key]),
    ),
    label: (vocabulary, column, locale) => {
      const texts = Object.fromEntries(
        Object.entries(labels[vocabulary][locale]).map(([code, text]) => [code, JSON.stringify(text)]),
      );
      return `(${quote(JSON.stringify(texts))}::jsonb ->> ${column})`;
    },
    districtCode: `(${quote(JSON.stringify(Object.fromEntries(places.map(({ key, code }) => [key, code]))))}::jsonb ->> aggregate.district_key::text)`,
  };
}

const C = await constants();
const list = (query) => `concat('[', array_to_string(array(${query}), ','), ']')`;
const claims = (fields) =>
  list(
    `select concat(${fields}) from claim c where c.incident_key = i.key and (c.audience & 1) <> 0 order by c.ordinal`,
  );
const assessments = (fields) =>
  list(
    `select concat(${fields}) from assessment a where a.incident_key = i.key and (a.audience & 1) <> 0 order by a.assessed_at desc, a.key`,
  );

const CLAIMS = claims(`'{"sourceType":"', c.source_type, '","claimant":', ${C.party}[c.claimant_key], '}'`);
const PROVISIONS = list(
  `select ${C.provision}[p.provision_key] from incident_provision p where p.incident_key = i.key and (p.audience & 1) <> 0 order by p.ordinal`,
);
const RICH = `'{"reference":"', i.reference, '","occurredFrom":', to_json(i.occurred_from), ',"category":"', i.category,
  '","categoryLabel":', ${C.label('category', 'i.category', 'TR')}, ',"severity":"', i.severity, '","status":"', i.status,
  '","place":', coalesce(${C.place}[i.place_key], 'null'), ',"claims":', ${CLAIMS}, ',"assessments":',
  ${assessments(`'{"nation":"', a.nation, '","verdict":"', a.verdict, '"}'`)}, ',"provisions":', ${PROVISIONS}, '}'`;
const RICH_COLUMNS = 'reference, category, severity, status, place_key';
const SCALARS = `'{"reference":"', i.reference, '","version":', i.version, ',"originator":"', i.originator, '","category":"', i.category,
  '","severity":"', i.severity, '","occurredFrom":', to_json(i.occurred_from), ',"occurredTo":', coalesce(to_json(i.occurred_to)::text, 'null'),
  ',"timePrecision":"', i.time_precision, '","status":"', i.status, '","createdAt":', to_json(i.created_at), ',"updatedAt":', to_json(i.updated_at), '}'`;
const SCALAR_COLUMNS =
  'reference, version, originator, category, severity, occurred_to, time_precision, status, created_at, updated_at';

const AFTER = '(occurred_from, key) < ($1::timestamptz, $2::uuid)';

function page({ columns, item, size, where, totalCount }) {
  return `select concat('{"data":{"incidents":{"nodes":[', string_agg(concat(${item}), ',') filter (where i.n <= ${size}),
      '],"pageInfo":{"hasNextPage":', case when count(*) > ${size} then 'true' else 'false' end, ',"endCursor":"',
      translate(encode(convert_to(concat('["Incident.occurred_from","', to_json(min(i.occurred_from) filter (where i.n <= ${size})) #>> '{}', '","',
        (array_agg(i.key) filter (where i.n <= ${size}))[least(count(*), ${size})], '"]'), 'UTF8'), 'base64'), E'\\n', ''), '"}'
      ${totalCount ? `, ',"totalCount":', (${totalCount})` : ''}, '}}}')
    from (select occurred_from, key, row_number() over () as n, ${columns} from (select occurred_from, key, ${columns} from incident
      where (audience & 1) <> 0 and ${where} order by occurred_from desc, key desc limit ${size + 1}) found) i`;
}

const rich = (where, totalCount) => page({ columns: RICH_COLUMNS, item: RICH, size: 20, where, totalCount });

const titled = (locale) => {
  const entry = `coalesce(${FALLBACKS[locale].map((name) => (name === 'source' ? "i.title -> 'texts' -> (i.title ->> 'source')" : `i.title -> 'texts' -> '${name}'`)).join(', ')})`;
  const item = `'{"reference":"', i.reference, '","title":', (select concat('{"text":', e -> 'text', ',"locale":', e -> 'locale', ',"isFallback":',
      case when e ->> 'locale' <> '${locale}' then 'true' else 'false' end, '}') from (select ${entry} as e) served),
    ',"categoryLabel":', ${C.label('category', 'i.category', locale)}, ',"severityLabel":', ${C.label('severity', 'i.severity', locale)}, '}'`;
  return page({ columns: 'reference, title, category, severity', item, size: 20, where: AFTER });
};

const statistic = (keys, names) =>
  `select concat('{"data":{"incidentStatistics":', ${list(
    `select concat('{"keys":["', ${names.join(`, '","', `)}, '"],"count":', n, ',"killed":', killed, ',"wounded":', wounded, '}') from (
     select ${keys.map((key, index) => `${key} as k${index}`).join(', ')}, sum(incidents) as n, sum(killed) as killed, sum(wounded) as wounded
       from incident_aggregate aggregate where dimension_set = 'category_district_month' and (audience & 1) <> 0 group by ${keys.map((_, index) => index + 1).join(', ')}) aggregate order by ${names.map((name) => `${name} collate "C"`).join(', ')}`,
  )}, '}}')`;

const after = ({ after: cursor }) => JSON.parse(Buffer.from(cursor, 'base64').toString()).slice(1);
const filtered = ({ category, district }) => [C.districts[district], category];

const STATEMENTS = {
  incident: {
    text: `select concat('{"data":{"incident":', coalesce((select concat('{"reference":"', i.reference, '","version":', i.version, ',"originator":"', i.originator,
      '","category":"', i.category, '","severity":"', i.severity, '","occurredFrom":', to_json(i.occurred_from), ',"status":"', i.status,
      '","place":', coalesce(${C.place}[i.place_key], 'null'), ',"claims":', ${CLAIMS}, ',"assessments":',
      ${assessments(`'{"nation":"', a.nation, '","verdict":"', a.verdict, '","version":', a.version, '}'`)}, '}')
      from incident i where i.reference = $1 and (i.audience & 1) <> 0), 'null'), '}}')`,
    values: ({ reference }) => [reference],
  },
  page: { text: rich(AFTER), values: after },
  pageWithTotal: {
    text: rich(
      AFTER,
      "select coalesce(sum(incidents), 0) from incident_aggregate where dimension_set = 'total' and (audience & 1) <> 0",
    ),
    values: after,
  },
  districtWithTotal: {
    text: rich(
      'district_key = $1 and category = $2',
      "select coalesce(sum(incidents), 0) from incident_aggregate where dimension_set = 'category_district_month' and district_key = $1 and category = $2 and (audience & 1) <> 0",
    ),
    values: filtered,
  },
  scalars: { text: page({ columns: SCALAR_COLUMNS, item: SCALARS, size: 100, where: AFTER }), values: after },
  deep: { text: rich(AFTER), values: after },
  category: {
    text: rich(`category = $3 and ${AFTER}`),
    values: (variables) => [...after(variables), variables.category],
  },
  statisticsByCategory: { text: statistic(['category'], ['aggregate.k0']), values: () => [] },
  statisticsByMonth: {
    text: statistic(
      ["to_char(day, 'YYYY-MM')", 'district_key'],
      [
        'aggregate.k0',
        `coalesce(${C.districtCode.replace('aggregate.district_key', 'aggregate.k1')}, 'NONE')`,
      ],
    ),
    values: () => [],
  },
  ...Object.fromEntries(
    Object.keys(FALLBACKS).map((locale) => [`titles${locale}`, { text: titled(locale), values: after }]),
  ),
};

/** Requests of one iteration of the event loop go to PostgreSQL in one write. */
const corked = new Set();
function gather({ connection: { stream } }) {
  if (corked.has(stream)) return;
  corked.add(stream);
  stream.cork();
  setImmediate(() => {
    corked.delete(stream);
    stream.uncork();
  });
}

let turn = 0;
listen((request, response) => {
  const shape = request.url.slice(1);
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const variables = JSON.parse(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
    const name = shape === 'titles' ? `titles${variables.locale}` : shape;
    const { text, values } = STATEMENTS[name];
    turn = (turn + 1) % connections.length;
    gather(connections[turn]);
    connections[turn].query({ name, text, values: values(variables), rowMode: 'array' }, (error, result) => {
      if (error) process.stderr.write(`${name}: ${error.message}\n`);
      const body = Buffer.from(error ? '{"errors":[]}' : result.rows[0][0]);
      response.writeHead(error ? 500 : 200, {
        'Content-Type': 'application/json',
        'Content-Length': body.length,
      });
      response.end(body);
    });
  });
});
