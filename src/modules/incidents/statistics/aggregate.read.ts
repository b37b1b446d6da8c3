import type { IncidentDimension } from '../../../domain/vocabularies.js';
import type { Planned } from '../../../planner/arguments.js';
import { masksSeenBy, seenByAudience } from '../../../planner/audience-mask.js';
import { inBaku } from '../../../planner/fields.js';
import type { LinkType, PlanContext, Row } from '../../../planner/model.js';
import { all, join, literal, Param, raw, type Sql, sql } from '../../../planner/sql.js';
import { keysWithin } from '../../places/place-within.js';
import { isOneOf } from '../read/incident.filter.js';
import type { IncidentFilter } from '../read/incident.inputs.js';
import { incidentRead } from '../read/incident.read.js';

/**
 * Materialized aggregates of incidents by dimension set. Triggers update them at every write. A row of a set counts
 * what one audience sees. Recent changes are rows of their own, with the masks of their incidents, until they are
 * rolled up. Only the sum of both is right, and it may be zero.
 */
const aggregateRows: LinkType = {
  scope: null,
  rows: { table: 'incident_aggregate', rule: seenByAudience },
};

type Dimension = IncidentDimension | 'PLACE';

const STATE = ['ORIGINATOR', 'SEVERITY', 'STATUS'] as const;
const MONTHS = ['MONTH', 'YEAR'] as const;

/** The dimensions of each set, the smallest set first. Months are stored as their first day. */
const DIMENSION_SETS = {
  total: [],
  category: ['CATEGORY'],
  state: STATE,
  month: MONTHS,
  category_district: ['CATEGORY', 'DISTRICT'],
  district_month: ['DISTRICT', ...MONTHS],
  day: ['DAY', ...MONTHS],
  category_state: ['CATEGORY', ...STATE],
  category_month: ['CATEGORY', ...MONTHS],
  category_place: ['CATEGORY', 'PLACE'],
  district_state: ['DISTRICT', ...STATE],
  state_month: [...STATE, ...MONTHS],
  category_district_month: ['CATEGORY', 'DISTRICT', ...MONTHS],
} as const satisfies Record<string, readonly Dimension[]>;

const FILTER_DIMENSIONS = {
  category: 'CATEGORY',
  status: 'STATUS',
  severity: 'SEVERITY',
  originator: 'ORIGINATOR',
} as const satisfies Partial<Record<keyof IncidentFilter, IncidentDimension>>;

type Filter = Planned<IncidentFilter> | null | undefined;

/** Rows to sum. Columns: incidents, killed, wounded, day, and those of the requested dimensions. */
export interface RowsToSum {
  readonly row: Row;
  readonly from: Sql;
}

/** States no scope: the root field that reads numbers states it. */
const countedIncidents: LinkType = { scope: null, rows: incidentRead.rows };

/** Incidents that meet a condition; `incidents` is 1 in each row. */
export function incidentRows(where: (incident: Row) => Sql, context: PlanContext): RowsToSum {
  const { row, from } = context.rows(countedIncidents, where);
  const derived: Row = (column) => {
    if (column === 'incidents') return raw('1');
    if (column === 'day') return sql`${inBaku(row('occurred_from'))}::date`;
    return row(column);
  };
  return { row: derived, from };
}

/** Rows of the smallest dimension set that has all dimensions and those of the filter. Null if there is no such set. */
export function aggregatedRows(
  dimensions: readonly IncidentDimension[],
  filter: Filter,
  context: PlanContext,
  placeKeys: Sql | null = null,
): RowsToSum | null {
  const { occurred, ...others } = filter ?? {};
  const condition = conditionOf(others, context, placeKeys);
  if (condition === null) return null;
  const needed = [...dimensions, ...condition.dimensions];
  const { from, to } = occurred ?? {};
  if (!from && !to) {
    const set = dimensionSetFor(needed);
    return set ? rowsOf(set, condition.where, context) : null;
  }
  const unit = dimensionSetFor([...needed, 'DAY']) ? 'DAY' : 'MONTH';
  const set = dimensionSetFor([...needed, unit]);
  if (!set) return null;
  // A partial month may hold very many incidents.
  if (unit === 'MONTH') context.heavy();
  const { whole, edges } = splitSpan(from ?? null, to ?? null, unit);
  return combineDimensions(dimensions, context, [
    rowsOf(set, (row) => all([condition.where(row), ...whole(row('day'))]), context),
    ...edges.map((edge) =>
      incidentRows((row) => all([condition.where(row), edge(row('occurred_from'))]), context),
    ),
  ]);
}

function dimensionSetFor(needed: readonly Dimension[]): string | null {
  const set = Object.entries(DIMENSION_SETS).find(([, known]) =>
    needed.every((dimension) => known.some((name) => name === dimension)),
  );
  return set?.[0] ?? null;
}

interface Condition {
  readonly dimensions: readonly Dimension[];
  readonly where: (row: Row) => Sql;
}

/** A filter as a condition on aggregates and on incidents. Null if aggregates lack a column that it needs. */
function conditionOf(
  filter: Omit<NonNullable<Filter>, 'occurred'>,
  context: PlanContext,
  placeKeys: Sql | null,
): Condition | null {
  const dimensions: Dimension[] = [];
  const conditions: ((row: Row) => Sql)[] = [];
  const add = (dimension: Dimension, condition: (row: Row) => Sql): void => {
    dimensions.push(dimension);
    conditions.push(condition);
  };
  const addPlaces = (keys: Sql): void => add('PLACE', (row) => sql`${row('place_key')} = any(${keys})`);
  if (placeKeys) addPlaces(placeKeys);
  for (const [name, value] of Object.entries(filter)) {
    if (value === null || value === undefined) continue;
    if (name === 'place' && value instanceof Param) {
      addPlaces(keysWithin(context, value));
      continue;
    }
    const dimension = FILTER_DIMENSIONS[name as keyof typeof FILTER_DIMENSIONS];
    if (!dimension || !Array.isArray(value)) return null;
    add(dimension, (row) => isOneOf(row(name), value.map(String)));
  }
  return { dimensions, where: (row) => all(conditions.map((condition) => condition(row))) };
}

interface SplitSpan {
  /** Conditions on the day of an aggregate: it lies wholly in the span. */
  readonly whole: (day: Sql) => Sql[];
  /** Conditions on the time of incidents in a partial day or month at the start and at the end. */
  readonly edges: readonly ((time: Sql) => Sql)[];
}

/** Splits a span of time into whole days or months in Baku and the partial ones at its ends. */
function splitSpan(from: Param | null, to: Param | null, unit: 'DAY' | 'MONTH'): SplitSpan {
  const truncated = (time: Sql): Sql => sql`date_trunc(${literal(unit)}, ${time})`;
  // The start of the first whole unit. A microsecond less, so that a span that starts with a unit includes it.
  const first =
    from &&
    sql`(${truncated(sql`${inBaku(from)} - interval '1 microsecond'`)} + interval ${literal(`1 ${unit}`)})`;
  const last = to && truncated(inBaku(to));
  // A span may lie within one unit.
  const firstEnds = first && (to ? sql`least(${inBaku(first)}, ${to})` : inBaku(first));
  const lastBegins = last && (firstEnds ? sql`greatest(${inBaku(last)}, ${firstEnds})` : inBaku(last));
  return {
    whole: (day) => [
      ...(first ? [sql`${day} >= (select ${first}::date)`] : []),
      ...(last ? [sql`${day} < (select ${last}::date)`] : []),
    ],
    edges: [
      ...(from && firstEnds
        ? [(time: Sql) => sql`${time} >= ${from} and ${time} < (select ${firstEnds})`]
        : []),
      ...(to && lastBegins
        ? [(time: Sql) => sql`${time} >= (select ${lastBegins}) and ${time} < ${to}`]
        : []),
    ],
  };
}

/** The union of several sources. */
function combineDimensions(
  dimensions: readonly IncidentDimension[],
  context: PlanContext,
  sources: readonly RowsToSum[],
): RowsToSum {
  const columns = [...new Set([...dimensions.map(columnOf), 'incidents', 'killed', 'wounded'])];
  const alias = context.alias();
  const parts = sources.map(
    ({ row, from }) =>
      sql`select ${join(
        columns.map((column) => sql`${row(column)} as ${raw(column)}`),
        ', ',
      )} ${from}`,
  );
  return {
    row: (column) => raw(`${alias}.${column}`),
    from: sql`from (${join(parts, ' union all ')}) ${raw(alias)}`,
  };
}

/** The column that holds a dimension. Months and years are their first day. */
export function columnOf(dimension: IncidentDimension): string {
  if (dimension === 'DISTRICT') return 'district_key';
  return dimension === 'MONTH' || dimension === 'YEAR' ? 'day' : dimension.toLowerCase();
}

/** Rows of a dimension set and of changes not rolled up yet. The explicit masks let PostgreSQL use the index. */
function rowsOf(set: string, where: (row: Row) => Sql, context: PlanContext): RowsToSum {
  const masks = raw(masksSeenBy(context.audience).join(', '));
  return context.rows(
    aggregateRows,
    (row) =>
      sql`${row('dimension_set')} in (${literal(set)}, 'change') and ${row('audience')} in (${masks}) and ${where(row)}`,
  );
}

/**
 * How many incidents the viewer sees that meet a filter and are at one of `placeKeys`. Null if aggregates cannot
 * answer it.
 */
export function aggregateCount(
  filter: Filter,
  context: PlanContext,
  placeKeys: Sql | null = null,
): Sql | null {
  const rows = aggregatedRows([], filter, context, placeKeys);
  return rows && sumOf(rows);
}

/** How many incidents the viewer sees whose `untranslated` column meets a condition. */
export function translationCount(where: (row: Row) => Sql, context: PlanContext): Sql {
  return sumOf(rowsOf('untranslated', where, context));
}

function sumOf({ row, from }: RowsToSum): Sql {
  return sql`(select coalesce(sum(${row('incidents')}), 0) ${from})`;
}
