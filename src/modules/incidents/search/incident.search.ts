import { CodedError } from '../../../common/errors.js';
import { MAX_RANKED_MATCHES } from '../../../domain/limits.js';
import type { Planned } from '../../../planner/arguments.js';
import { seenByAudience } from '../../../planner/audience-mask.js';
import type { Listing, PageBounds, Source, SourceCondition, Sources } from '../../../planner/listing.js';
import { everyone, type LinkType, type PlanContext, type Row } from '../../../planner/model.js';
import { searchText } from '../../../planner/search-text.js';
import { all, join, literal, type Param, raw, type Sql, sql } from '../../../planner/sql.js';
import { keysWithin } from '../../places/place-within.js';
import type { IncidentFilter } from '../read/incident.inputs.js';
import { incidentRead, ofIncident } from '../read/incident.read.js';

/** So many times larger each batch is than the one before. */
const GROWTH = 4;

const incidentSearch: LinkType = {
  scope: 'incident:read',
  rows: { table: 'incident_search', rule: seenByAudience },
};

/** Parts of a filter that are kept as codes in what is searched. */
const CODES = ['category', 'severity', 'status', 'originator'] as const;
const NARROWING: ReadonlySet<string> = new Set([...CODES, 'place', 'occurred']);

/** A filter's parts that the index narrows a search by, and whether those are all there are. */
export function narrowingOf(filter: Planned<IncidentFilter>): {
  narrowing: Planned<IncidentFilter>;
  isWhole: boolean;
} {
  const given = Object.entries(filter).filter(([, value]) => value !== null && value !== undefined);
  const known = given.filter(([name]) => NARROWING.has(name));
  return { narrowing: Object.fromEntries(known), isWhole: known.length === given.length };
}

/** What the function search.incidents found; it carries the row rule itself. */
const found: LinkType = { scope: 'incident:read', rows: { table: 'found', rule: everyone } };
/** Of that, what meets the other conditions. */
const hit: LinkType = { scope: 'incident:read', rows: { table: 'hit', rule: everyone } };

/** How a listing that is searched is sorted: by rank and then by time, by time alone, or otherwise. */
interface SearchedListing {
  readonly isByRank: boolean;
  readonly isByTime: boolean;
  /** What the index narrows the search by. */
  readonly narrowing: Planned<IncidentFilter>;
  /** Nothing but the search and what the index narrows it by decides what is listed. */
  readonly isWhole: boolean;
}

/**
 * Incidents that a search finds, with `rank` as a column of their row. Few matches come from the index with
 * their ranks. Many are all alike, and a page of them by time comes from the index: at once where nothing else
 * narrows them, otherwise batch by batch until enough meet the other conditions. In any other order, and where
 * nothing is left of the search, the records are read in order and each is asked whether it matches.
 */
export function searched(search: Param, listing: SearchedListing): Listing['from'] {
  return (context: PlanContext, where: SourceCondition, cut: PageBounds | null): Sources => {
    context.heavy();
    const isPaged = cut && (listing.isByRank || listing.isByTime);
    const { shared, keys } =
      isPaged && !listing.isWhole
        ? batchByBatch(search, listing, context, where, cut)
        : atOnce(search, listing, context, isPaged ? cut : null);
    const many = context.rows(incidentRead, (row) =>
      all([
        raw('(select bool_or(found.incident_key is null) from found)'),
        sql`((select found.query is null from found limit 1) or ${isMatch(row, context)})`,
        where(ranked(row, unranked), listing.isByRank ? 1 : 0),
      ]),
    );
    return {
      shared,
      sources: [rankedBy(keys, context, where), { row: ranked(many.row, unranked), from: many.from }],
    };
  };
}

/** What the sources share, and what of it has the keys of incidents with their ranks. */
interface Matches {
  readonly shared: Sql;
  readonly keys: LinkType;
}

const unranked = raw('0::real');

function atOnce(
  search: Param,
  listing: SearchedListing,
  context: PlanContext,
  cut: PageBounds | null,
): Matches {
  const page = cut ? pageOf(cut, listing.isByRank) : raw('');
  return {
    shared: sql`with found as materialized (select * from ${matches(search, listing, context, page)})`,
    keys: found,
  };
}

function batchByBatch(
  search: Param,
  listing: SearchedListing,
  context: PlanContext,
  where: SourceCondition,
  cut: PageBounds,
): Matches {
  const first = matches(
    search,
    listing,
    context,
    pageOf({ ...cut, limit: MAX_RANKED_MATCHES }, listing.isByRank),
  );
  const last = raw('batch.keys[cardinality(batch.keys)]');
  const lastTime = context.rows(incidentRead, (row) => sql`${row('key')} = ${last}`);
  const beyond = sql`, batch.size * ${GROWTH}, ${raw(String(cut.isDescending))}, null, (select ${lastTime.row('occurred_from')} ${lastTime.from}), ${last}`;
  const next = matches(search, listing, context, beyond);
  const fitting = context.rows(incidentRead, (row) =>
    all([sql`${row('key')} = any(page.keys)`, where(ranked(row, unranked), listing.isByRank ? 1 : 0)]),
  );
  const hits = sql`array(select ${fitting.row('key')} ${fitting.from})`;
  return {
    // Matches that have ranks are few, and the first batch is all of them. `offset 0` asks for each batch once.
    shared: sql`with recursive found as materialized (select * from ${first}),
      batch (keys, hits, total, size) as (
        select page.keys, case when page.is_ranked then page.keys else ${hits} end, 0, ${MAX_RANKED_MATCHES}::integer
          from (select array_agg(incident_key) as keys, bool_or(rank > 0) as is_ranked from found) page
        union all
        select page.keys, ${hits}, batch.total + cardinality(batch.hits), batch.size * ${GROWTH}
          from batch, lateral (select array(select incident_key from ${next}) as keys offset 0) page
         where batch.total + cardinality(batch.hits) < ${cut.limit} and cardinality(batch.keys) >= batch.size
               and not exists (select from found where rank > 0)),
      hit as materialized (
        select key as incident_key, coalesce(found.rank, 0) as rank
          from batch, unnest(batch.hits) key left join found on found.incident_key = key)`,
    keys: hit,
  };
}

/** What the index finds; `page` are further arguments of search.incidents. */
function matches(search: Param, { narrowing }: SearchedListing, context: PlanContext, page: Sql): Sql {
  return sql`search.incidents(${searchText(search)}, ${literal(context.locale)}, ${MAX_RANKED_MATCHES}, ${narrowed(narrowing, context)}${page})`;
}

/** Incidents whose keys and ranks stand in what the statement's sources share. */
function rankedBy(keys: LinkType, context: PlanContext, where: SourceCondition): Source {
  const { row, link, from } = context.rowsVia(
    incidentRead,
    keys,
    (incident, key) =>
      sql`${incident('key')} = ${key('incident_key')} and ${where(ranked(incident, key('rank')))}`,
  );
  return { row: ranked(row, link('rank')), from };
}

/** Further arguments of search.incidents: the page that is wanted where very many records are found. */
function pageOf({ limit, isDescending, beyond }: PageBounds, isByRank: boolean): Sql {
  const keys = (beyond ?? []).map((key) => sql`${key}`);
  const bounds = beyond && !isByRank ? [raw('null'), ...keys] : keys;
  return sql`, ${join([sql`${limit}`, raw(String(isDescending)), ...bounds], ', ')}`;
}

/** Whether a record matches the shared query; a scalar, so that it is asked of one record at a time. */
function isMatch(row: Row, context: PlanContext): Sql {
  const { row: kept, from } = context.rows(incidentSearch, (candidate) => ofIncident(candidate, row));
  return sql`(select ${kept('document')} @@ (select found.query from found limit 1) ${from})`;
}

function ranked(row: Row, rank: Sql): Row {
  return (column) => (column === 'rank' ? rank : row(column));
}

/** How many incidents a search finds, narrowed by what the index knows. */
export function searchedCount(search: Param, narrowing: Planned<IncidentFilter>, context: PlanContext): Sql {
  context.heavy();
  return sql`search.incident_count(${searchText(search)}, ${narrowed(narrowing, context)})`;
}

/** How many incidents a search finds that meet the conditions as well. */
export function searchedCountAmong(
  search: Param,
  conditions: (row: Row, context: PlanContext) => readonly Sql[],
  context: PlanContext,
): Sql {
  const { from } = context.rows(incidentRead, (row) =>
    all([...conditions(row, context), isFound(row, search, context)]),
  );
  return sql`(select count(*) ${from})`;
}

/** Arguments of the search functions that narrow a search: a query of codes, and a span of time. */
function narrowed({ place, occurred, ...codes }: Planned<IncidentFilter>, context: PlanContext): Sql {
  const among = [
    ...CODES.flatMap((kind) => {
      const values = codes[kind];
      return values ? [sql`search.among(${literal(kind)}, ${texts(values)})`] : [];
    }),
    ...(place ? [sql`search.among('place', ${keysWithin(context, place)}::text[])`] : []),
  ];
  const queries = among.length > 0 ? sql`array[${join(among, ', ')}]` : raw('null::tsquery[]');
  const bound = (time: Param | null | undefined): Sql => (time ? sql`${time}` : raw('null::timestamptz'));
  return join([queries, bound(occurred?.from), bound(occurred?.to)], ', ');
}

function texts(values: readonly string[]): Sql {
  return sql`array[${join(values.map(literal), ', ')}]::text[]`;
}

/** Whether a search finds an incident; what the viewer may not read, it cannot search. */
export function isFound(row: Row, search: Param, context: PlanContext): Sql {
  if (!context.maySee('incident:read')) {
    throw new CodedError('FORBIDDEN', { extensions: { scope: 'incident:read' } });
  }
  context.heavy();
  return sql`${row('key')} in (select incident_key from search.incidents(${searchText(search)}, ${literal(context.locale)}, null))`;
}
