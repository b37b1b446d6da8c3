// What a typical developer writes: Apollo Server, TypeORM entities, and a DataLoader for every relation.
import 'reflect-metadata';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import DataLoader from 'dataloader';
import { DataSource, EntitySchema, In } from 'typeorm';
import { FALLBACKS, labelsOf, ROLE_URL, tellPort } from './listen.mjs';
import { sdl } from './sdl.mjs';

const text = (name) => ({ type: 'text', name });
const key = (type, name) => ({ type, name, primary: true });
const time = (name) => ({ type: 'timestamptz', name });

const Place = new EntitySchema({
  name: 'place',
  columns: {
    key: key('int', 'key'),
    code: text('code'),
    nameTr: text('name_tr'),
    parentKey: { type: 'int', name: 'parent_key' },
  },
});
const Party = new EntitySchema({
  name: 'party',
  columns: { key: key('smallint', 'key'), code: text('code'), nameTr: text('name_tr') },
});
const Provision = new EntitySchema({
  name: 'provision',
  columns: { key: key('smallint', 'key'), code: text('code') },
});
const Claim = new EntitySchema({
  name: 'claim',
  columns: {
    incidentKey: key('uuid', 'incident_key'),
    ordinal: key('smallint', 'ordinal'),
    claimantKey: { type: 'smallint', name: 'claimant_key' },
    sourceType: text('source_type'),
  },
});
const Assessment = new EntitySchema({
  name: 'assessment',
  columns: {
    key: key('uuid', 'key'),
    incidentKey: { type: 'uuid', name: 'incident_key' },
    nation: text('nation'),
    verdict: text('verdict'),
    version: { type: 'int' },
    assessedAt: time('assessed_at'),
  },
});
const IncidentProvision = new EntitySchema({
  name: 'incident_provision',
  columns: {
    incidentKey: key('uuid', 'incident_key'),
    provisionKey: key('smallint', 'provision_key'),
    position: { type: 'smallint' },
  },
});
const Incident = new EntitySchema({
  name: 'incident',
  columns: {
    key: key('uuid', 'key'),
    reference: text('reference'),
    version: { type: 'int' },
    originator: text('originator'),
    category: text('category'),
    severity: text('severity'),
    occurredFrom: time('occurred_from'),
    occurredTo: time('occurred_to'),
    timePrecision: text('time_precision'),
    placeKey: { type: 'int', name: 'place_key' },
    districtKey: { type: 'int', name: 'district_key' },
    title: { type: 'jsonb' },
    killed: { type: 'int' },
    wounded: { type: 'int' },
    status: text('status'),
    createdAt: time('created_at'),
    updatedAt: time('updated_at'),
  },
});

const source = await new DataSource({
  type: 'postgres',
  url: ROLE_URL,
  entities: [Place, Party, Provision, Claim, Assessment, IncidentProvision, Incident],
  poolSize: 10,
  extra: { options: '-c timezone=UTC -c jit=off' },
}).initialize();
const table = (entity) => source.getRepository(entity);
const labels = { category: await labelsOf('IncidentCategory'), severity: await labelsOf('Severity') };

const byKey = (entity) =>
  new DataLoader(async (keys) => {
    const found = new Map((await table(entity).findBy({ key: In([...keys]) })).map((row) => [row.key, row]));
    return keys.map((key) => found.get(key) ?? null);
  });
const partsOf = (entity, order) =>
  new DataLoader(async (keys) => {
    const groups = new Map(keys.map((key) => [key, []]));
    for (const row of await table(entity).find({ where: { incidentKey: In([...keys]) }, order }))
      groups.get(row.incidentKey).push(row);
    return keys.map((key) => groups.get(key));
  });
const loaders = () => ({
  place: byKey(Place),
  party: byKey(Party),
  provision: byKey(Provision),
  claims: partsOf(Claim, { ordinal: 'ASC' }),
  assessments: partsOf(Assessment, { assessedAt: 'DESC', key: 'ASC' }),
  provisions: partsOf(IncidentProvision, { ordinal: 'ASC' }),
});

const encode = ({ occurredFrom, key: last }) =>
  Buffer.from(JSON.stringify([occurredFrom.toISOString(), last])).toString('base64');
const iso = (field) => (row) => row[field]?.toISOString() ?? null;
const KEYS = {
  CATEGORY: 'incident.category',
  MONTH: "to_char(incident.occurred_from at time zone 'Asia/Baku', 'YYYY-MM')",
  DISTRICT: "coalesce(place.code, 'NONE')",
};

const resolvers = {
  Query: {
    incident: (_, { reference }) => table(Incident).findOneBy({ reference }),
    incidents: (_, args) => args,
    async incidentStatistics(_, { groupBy }) {
      const query = table(Incident)
        .createQueryBuilder('incident')
        .select('count(*)', 'count')
        .addSelect('sum(incident.killed)', 'killed')
        .addSelect('sum(incident.wounded)', 'wounded');
      if (groupBy.includes('DISTRICT')) query.leftJoin(Place, 'place', 'place.key = incident.districtKey');
      for (const [index, dimension] of groupBy.entries()) {
        query
          .addSelect(KEYS[dimension], `k${index}`)
          .addGroupBy(KEYS[dimension])
          .addOrderBy(`${KEYS[dimension]} collate "C"`);
      }
      const rows = await query.getRawMany();
      return rows.map((row) => ({
        keys: groupBy.map((_, index) => row[`k${index}`]),
        count: Number(row.count),
        killed: Number(row.killed),
        wounded: Number(row.wounded),
      }));
    },
  },
  IncidentConnection: {
    totalCount: (args) => filtered(args).getCount(),
  },
  Incident: {
    categoryLabel: ({ category }, { locale = 'TR' }) => labels.category[locale][category],
    severityLabel: ({ severity }, { locale = 'TR' }) => labels.severity[locale][severity],
    occurredFrom: iso('occurredFrom'),
    occurredTo: iso('occurredTo'),
    createdAt: iso('createdAt'),
    updatedAt: iso('updatedAt'),
    place: ({ placeKey }, _, { load }) => (placeKey === null ? null : load.place.load(placeKey)),
    claims: (row, _, { load }) => load.claims.load(row.key),
    assessments: (row, _, { load }) => load.assessments.load(row.key),
    provisions: (row, _, { load }) => load.provisions.load(row.key),
    title({ title }, { locale = 'TR' }) {
      for (const name of FALLBACKS[locale]) {
        const entry = title.texts[name === 'source' ? title.source : name];
        if (entry) return { text: entry.text, locale: entry.locale, isFallback: entry.locale !== locale };
      }
    },
  },
  Claim: { claimant: ({ claimantKey }, _, { load }) => load.party.load(claimantKey) },
  Provision: {
    code: async ({ provisionKey }, _, { load }) => (await load.provision.load(provisionKey)).code,
  },
  Place: {
    name: ({ nameTr }) => nameTr,
    parent: ({ parentKey }, _, { load }) => (parentKey === null ? null : load.place.load(parentKey)),
  },
  Party: { name: ({ nameTr }) => nameTr },
};

function filtered({ filter }) {
  const query = table(Incident).createQueryBuilder('incident');
  if (filter?.category) query.andWhere('incident.category in (:...category)', filter);
  if (filter?.place)
    query
      .innerJoin(Place, 'district', 'district.key = incident.districtKey')
      .andWhere('district.code in (:...place)', filter);
  return query;
}

async function pageOf({ first = 20, after, ...args }) {
  const query = filtered(args)
    .orderBy('incident.occurredFrom', 'DESC')
    .addOrderBy('incident.key', 'DESC')
    .limit(first + 1);
  if (after) {
    const [, at, last] = JSON.parse(Buffer.from(after, 'base64').toString());
    query.andWhere(
      '(incident.occurredFrom < :at or (incident.occurredFrom = :at and incident.key < :last))',
      { at, last },
    );
  }
  const rows = await query.getMany();
  const hasNextPage = rows.length > first;
  if (hasNextPage) rows.pop();
  return { nodes: rows, hasNextPage, endCursor: rows.length > 0 ? encode(rows.at(-1)) : null };
}
/** Reads the page once for all of its fields. */
const once = (args) => (args.page ??= pageOf(args));
resolvers.IncidentConnection.nodes = async (args) => (await once(args)).nodes;
resolvers.IncidentConnection.pageInfo = (args) => once(args);

const server = new ApolloServer({ typeDefs: sdl(Object.keys(labels.category.EN)), resolvers });
const { url } = await startStandaloneServer(server, {
  listen: { port: 0, host: '127.0.0.1' },
  context: async () => ({ load: loaders() }),
});
tellPort(Number(new URL(url).port));
