// Mercurius with graphql-jit over hand-tuned SQL: one statement for each root field. It reads exactly the
// selected fields, inner lists included, and returns rows to JavaScript.
import Fastify from 'fastify';
import mercurius from 'mercurius';
import pg from 'pg';
import { FALLBACKS, labelsOf, ROLE_URL, tellPort } from './listen.mjs';
import { sdl } from './sdl.mjs';

const pool = new pg.Pool({
  connectionString: ROLE_URL,
  max: 10,
  options:
    '-c timezone=UTC -c default_transaction_read_only=on -c jit=off -c plan_cache_mode=force_generic_plan',
});
const labels = { category: await labelsOf('IncidentCategory'), severity: await labelsOf('Severity') };

const PLACE = `json_build_object('code', p.code, 'name_tr', p.name_tr, 'parent', (select json_build_object('code', d.code, 'name_tr', d.name_tr) from place d where d.key = p.parent_key))`;
/** Selected field to SQL, where they differ. */
const COLUMNS = {
  occurredFrom: `to_json(i.occurred_from) #>> '{}' as "occurredFrom"`,
  occurredTo: `to_json(i.occurred_to) #>> '{}' as "occurredTo"`,
  createdAt: `to_json(i.created_at) #>> '{}' as "createdAt"`,
  updatedAt: `to_json(i.updated_at) #>> '{}' as "updatedAt"`,
  timePrecision: 'i.time_precision as "timePrecision"',
  categoryLabel: 'i.category',
  severityLabel: 'i.severity',
  place: `(select ${PLACE} from place p where p.key = i.place_key) as place`,
  claims: `array(select json_build_object('sourceType', c.source_type, 'claimant', json_build_object('code', y.code, 'name_tr', y.name_tr))
     from claim c join party y on y.key = c.claimant_key where c.incident_key = i.key order by c.ordinal) as claims`,
  assessments: `array(select json_build_object('nation', a.nation, 'verdict', a.verdict, 'version', a.version)
     from assessment a where a.incident_key = i.key order by a.assessed_at desc, a.key) as assessments`,
  provisions: `array(select json_build_object('code', v.code) from incident_provision n join provision v on v.key = n.provision_key
     where n.incident_key = i.key order by n.ordinal) as provisions`,
};
const statements = new Map();
const selected = (node) => node?.selectionSet?.selections ?? [];
const child = (node, name) => selected(node).find((field) => field.name.value === name);

function columnsOf(node) {
  const columns = selected(node).map(({ name: { value } }) => COLUMNS[value] ?? `i.${value}`);
  return [...new Set(columns)].join(', ');
}

/** A prepared statement, named by its text. */
function run(text, values) {
  const name = statements.get(text) ?? `s${statements.size}`;
  statements.set(text, name);
  return pool.query({ name, text, values });
}

const decode = (cursor) => JSON.parse(Buffer.from(cursor, 'base64').toString()).slice(1);
const encode = ({ at, key }) => Buffer.from(JSON.stringify([at, key])).toString('base64');

async function incidents(_, { filter, first = 20, after }, __, info) {
  const [node] = info.fieldNodes;
  const values = [];
  const bind = (value) => `$${values.push(value)}`;
  const conditions = [];
  if (filter?.category)
    conditions.push(
      filter.category.length === 1
        ? `i.category = ${bind(filter.category[0])}`
        : `i.category = any(${bind(filter.category)})`,
    );
  if (filter?.place)
    conditions.push(`i.district_key = (select key from place where code = ${bind(filter.place[0])})`);
  const counted = [...conditions];
  const countValues = [...values];
  if (after) {
    const [at, key] = decode(after);
    conditions.push(`(i.occurred_from, i.key) < (${bind(at)}::timestamptz, ${bind(key)}::uuid)`);
  }
  const where = conditions.length > 0 ? `where ${conditions.join(' and ')}` : '';
  const columns = columnsOf(child(node, 'nodes'));
  const total = child(node, 'totalCount');
  const [{ rows }, count] = await Promise.all([
    run(
      `select i.key, to_json(i.occurred_from) #>> '{}' as at, ${columns} from incident i ${where} order by i.occurred_from desc, i.key desc limit ${first + 1}`,
      values,
    ),
    total
      ? run(
          filter
            ? `select count(*)::int as n from incident i where ${counted.join(' and ')}`
            : "select coalesce(sum(incidents), 0)::int as n from incident_aggregate where dimension_set = 'total'",
          countValues,
        )
      : null,
  ]);
  const hasNextPage = rows.length > first;
  if (hasNextPage) rows.pop();
  const last = rows.at(-1);
  return {
    nodes: rows,
    pageInfo: { hasNextPage, endCursor: last ? encode(last) : null },
    totalCount: count?.rows[0].n,
  };
}

const KEYS = {
  CATEGORY: 'category',
  MONTH: "to_char(day, 'YYYY-MM')",
  DISTRICT: "coalesce((select code from place where key = district_key), 'NONE')",
};

const resolvers = {
  Query: {
    async incident(_, { reference }, __, info) {
      const { rows } = await run(
        `select ${columnsOf(info.fieldNodes[0])} from incident i where i.reference = $1`,
        [reference],
      );
      return rows[0] ?? null;
    },
    incidents,
    async incidentStatistics(_, { groupBy }) {
      const keys = groupBy.map((dimension) => KEYS[dimension]);
      const { rows } = await run(
        `select array[${keys.map((_, index) => `k${index}`).join(',')}] as keys, n::int as count, killed::int, wounded::int from (
           select ${keys.map((key, index) => `${key} as k${index}`).join(', ')}, sum(incidents) as n, sum(killed) as killed, sum(wounded) as wounded
             from incident_aggregate where dimension_set = 'category_district_month' group by ${keys.map((_, index) => index + 1).join(', ')}) g order by ${keys.map((_, index) => `k${index} collate "C"`).join(', ')}`,
        [],
      );
      return rows;
    },
  },
  Incident: {
    categoryLabel: ({ category }, { locale = 'TR' }) => labels.category[locale][category],
    severityLabel: ({ severity }, { locale = 'TR' }) => labels.severity[locale][severity],
    title({ title }, { locale = 'TR' }) {
      for (const name of FALLBACKS[locale]) {
        const entry = title.texts[name === 'source' ? title.source : name];
        if (entry) return { text: entry.text, locale: entry.locale, isFallback: entry.locale !== locale };
      }
    },
  },
  Place: { name: ({ name_tr }) => name_tr },
  Party: { name: ({ name_tr }) => name_tr },
};

const app = Fastify({ keepAliveTimeout: 60_000 });
app.register(mercurius, { schema: sdl(Object.keys(labels.category.EN)), resolvers, jit: 1 });
await app.listen({ port: 0, host: '127.0.0.1' });
tellPort(app.server.address().port);
