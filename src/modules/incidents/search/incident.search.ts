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

/** Each batch is this many times larger than the one before. */
const GROWTH = 4;

const incidentSearch: LinkType = {
  scope: 'incident:read',
  rows: { table: 'incident_search', rule: seenByAudience },
};

/** Parts of a filter whose codes are in the search index. */
const CODES = ['category', 'severity', 'status', 'originator'] as const;
const NARROWING: ReadonlySet<string> = new Set([...CODES, 'place', 'occurred']);

/** The parts of a filter that the search index can apply. `isWhole`: there are no others. */
export function narrowingOf(filter: Planned<IncidentFilter>): {
  narrowing: Planned<IncidentFilter>;
  isWhole: boolean;
} {
  const given = Object.entries(filter).filter(([, value]) => value !== null && value !== undefined);
  const known = given.filter(([name]) => NARROWING.has(name));
  return { narrowing: Object.fromEntries(known), isWhole: known.length === given.length };
}

/** The rows of the function search.incidents, which applies the row rule itself. */
const found: LinkType = { scope: 'incident:read', rows: { table: 'found', rule: everyone } };
/** Those of them that meet the other conditions. */
const hit: LinkType = { scope: 'incident:read', rows: { table: 'hit', rule: everyone } };

/** How a searched listing is sorted (by rank and then time, by time alone, or otherwise) and filtered. */
interface SearchedListing {
  readonly isByRank: boolean;
  readonly isByTime: boolean;
  /** The part of the filter that the search index applies. */
  readonly narrowing: Planned<IncidentFilter>;
  /** There are no conditions besides the search and `narrowing`. */
  readonly isWhole: boolean;
}

/**
 * Incidents that a search finds, with `rank` as a column of their rows. Up to MAX_RANKED_MATCHES matches come from the
 * search index with their ranks. More matches are unranked. A page of them by time comes from the index: at once if
 * there are no other conditions, otherwise in growing batches until enough incidents meet them. In any other order, or
 * if the search text has no words, the incidents are read in order and each one is matched.
 */
export function searched(search: Param, listing: SearchedListing): Listing['from'] {
  return (context: PlanContext, where: SourceCondition, bounds: PageBounds | null): Sources => {
    context.heavy();
    const isPaged = bounds && (listing.isByRank || listing.isByTime);
    const { shared, keys } =
      isPaged && !listing.isWhole
        ? batchByBatch(search, listing, context, where, bounds)
        : atOnce(search, listing, context, isPaged ? bounds : null);
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

/** SQL that the sources share, and its table of incident keys with ranks. */
interface Matches {
  readonly shared: Sql;
  readonly keys: LinkType;
}

const unranked = raw('0::real');

function atOnce(
  search: Param,
  listing: SearchedListing,
  context: PlanContext,
  bounds: PageBounds | null,
): Matches {
  const page = bounds ? pageOf(bounds, listing.isByRank) : raw('');
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
  bounds: PageBounds,
): Matches {
  const first = matches(
    search,
    listing,
    context,
    pageOf({ ...bounds, limit: MAX_RANKED_MATCHES }, listing.isByRank),
  );
  const last = raw('batch.keys[cardinality(batch.keys)]');
  const lastTime = context.rows(incidentRead, (row) => sql`${row('key')} = ${last}`);
  const beyond = sql`, batch.size * ${GROWTH}, ${raw(String(bounds.isDescending))}, null, (select ${lastTime.row('occurred_from')} ${lastTime.from}), ${last}`;
  const next = matches(search, listing, context, beyond);
  const fitting = context.rows(incidentRead, (row) =>
    all([sql`${row('key')} = any(page.keys)`, where(ranked(row, unranked), listing.isByRank ? 1 : 0)]),
  );
  const hits = sql`array(select ${fitting.row('key')} ${fitting.from})`;
  return {
    // Ranked matches fit into the first batch. `offset 0` keeps PostgreSQL from evaluating a batch twice.
    shared: sql`with recursive found as materialized (select * from ${first}),
      batch (keys, hits, total, size) as (
        select page.keys, case when page.is_ranked then page.keys else ${hits} end, 0, ${MAX_RANKED_MATCHES}::integer
          from (select array_agg(incident_key) as keys, bool_or(rank > 0) as is_ranked from found) page
        union all
        select page.keys, ${hits}, batch.total + cardinality(batch.hits), batch.size * ${GROWTH}
          from batch, lateral (select array(select incident_key from ${next}) as keys offset 0) page
         where batch.total + cardinality(batch.hits) < ${bounds.limit} and cardinality(batch.keys) >= batch.size
               and not exists (select from found where rank > 0)),
      hit as materialized (
        select key as incident_key, coalesce(found.rank, 0) as rank
          from batch, unnest(batch.hits) key left join found on found.incident_key = key)`,
    keys: hit,
  };
}

/** A call of search.incidents. `page` holds its optional arguments. */
function matches(search: Param, { narrowing }: SearchedListing, context: PlanContext, page: Sql): Sql {
  return sql`search.incidents(${searchText(search)}, ${literal(context.locale)}, ${MAX_RANKED_MATCHES}, ${narrowed(narrowing, context)}${page})`;
}

/** Incidents whose keys and ranks are in the shared SQL. */
function rankedBy(keys: LinkType, context: PlanContext, where: SourceCondition): Source {
  const { row, link, from } = context.rowsVia(
    incidentRead,
    keys,
    (incident, key) =>
      sql`${incident('key')} = ${key('incident_key')} and ${where(ranked(incident, key('rank')))}`,
  );
  return { row: ranked(row, link('rank')), from };
}

/** Optional arguments of search.incidents: the page to return if there are more than MAX_RANKED_MATCHES matches. */
function pageOf({ limit, isDescending, beyond }: PageBounds, isByRank: boolean): Sql {
  const keys = (beyond ?? []).map((key) => sql`${key}`);
  const bounds = beyond && !isByRank ? [raw('null'), ...keys] : keys;
  return sql`, ${join([sql`${limit}`, raw(String(isDescending)), ...bounds], ', ')}`;
}

/** Whether an incident matches the shared query. A scalar subquery, so that PostgreSQL evaluates it row by row. */
function isMatch(row: Row, context: PlanContext): Sql {
  const { row: document, from } = context.rows(incidentSearch, (candidate) => ofIncident(candidate, row));
  return sql`(select ${document('document')} @@ (select found.query from found limit 1) ${from})`;
}

function ranked(row: Row, rank: Sql): Row {
  return (column) => (column === 'rank' ? rank : row(column));
}

/** How many incidents a search finds. The search index applies `narrowing`. */
export function searchedCount(search: Param, narrowing: Planned<IncidentFilter>, context: PlanContext): Sql {
  context.heavy();
  return sql`search.incident_count(${searchText(search)}, ${narrowed(narrowing, context)})`;
}

/** How many incidents a search finds that also meet the conditions. */
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

/** Whether a search finds an incident. Throws FORBIDDEN if the viewer may not read incidents. */
export function isFound(row: Row, search: Param, context: PlanContext): Sql {
  if (!context.maySee('incident:read')) {
    throw new CodedError('FORBIDDEN', { extensions: { scope: 'incident:read' } });
  }
  context.heavy();
  return sql`${row('key')} in (select incident_key from search.incidents(${searchText(search)}, ${literal(context.locale)}, null))`;
}
