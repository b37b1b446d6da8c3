import type { IncidentDimension } from '../labels/vocabularies.js';
import { keysWithin } from '../places/place-within.js';
import type { Planned } from '../read/arguments.js';
import type { LinkType, Row, Step } from '../read/model.js';
import { all, join, literal, Param, raw, type Sql, sql } from '../read/sql.js';
import type { IncidentFilter } from './incident.inputs.js';
import { masksSeenBy, seenByAudience } from './incident.policy.js';

/**
 * The tally: numbers of incidents kept current by a trigger on every write, by a few dimensions. A row of a grain
 * counts what one audience sees; the latest changes stand beside the grains with their masks until they are added up.
 * Only sums over both say anything, and may be zero.
 */
const tallyRows: LinkType = {
  scope: null,
  rows: { table: 'incident_tally', rule: seenByAudience },
};

type Dimension = IncidentDimension | 'PLACE';

const STATE = ['ORIGINATOR', 'SEVERITY', 'STATUS'] as const;
const MONTHS = ['MONTH', 'YEAR'] as const;

/** What grains of the tally tell apart, the smallest first. Months stand as their first day. */
const GRAINS = {
  total: [],
  category: ['CATEGORY'],
  state: STATE,
  month: MONTHS,
  area: ['CATEGORY', 'DISTRICT'],
  district: ['DISTRICT', ...MONTHS],
  day: ['DAY', ...MONTHS],
  kind: ['CATEGORY', ...STATE],
  season: ['CATEGORY', ...MONTHS],
  settlement: ['CATEGORY', 'PLACE'],
  area_state: ['DISTRICT', ...STATE],
  month_state: [...STATE, ...MONTHS],
  place: ['CATEGORY', 'DISTRICT', ...MONTHS],
} as const satisfies Record<string, readonly Dimension[]>;

const FILTER_DIMENSIONS = {
  category: 'CATEGORY',
  status: 'STATUS',
  severity: 'SEVERITY',
  originator: 'ORIGINATOR',
} as const satisfies Partial<Record<keyof IncidentFilter, IncidentDimension>>;

type Filter = Planned<IncidentFilter> | null | undefined;

interface TallyRows {
  readonly row: Row;
  readonly from: Sql;
}

/** Rows of the smallest grain that knows all dimensions and meets the filter, or null where none does. */
export function tallied(
  dimensions: readonly IncidentDimension[],
  filter: Filter,
  step: Step,
): TallyRows | null {
  const needed = new Set<Dimension>(dimensions);
  const conditions: ((row: Row) => Sql)[] = [];
  for (const [name, value] of Object.entries(filter ?? {})) {
    if (value === null || value === undefined) continue;
    if (name === 'place' && value instanceof Param) {
      needed.add('PLACE');
      conditions.push((row) => sql`${row('place_key')} = any(${keysWithin(step, value)})`);
      continue;
    }
    const dimension = FILTER_DIMENSIONS[name as keyof typeof FILTER_DIMENSIONS];
    if (!dimension || !Array.isArray(value)) return null;
    needed.add(dimension);
    conditions.push((row) =>
      value.length === 0
        ? raw('false')
        : sql`${row(name)} in (${join(value.map(String).map(literal), ', ')})`,
    );
  }
  const grain = Object.entries(GRAINS).find(([, known]) =>
    [...needed].every((dimension) => known.some((name) => name === dimension)),
  );
  if (!grain) return null;
  return rowsOf(grain[0], (row) => all(conditions.map((condition) => condition(row))), step);
}

/** Rows of a grain and the changes. The masks are written out as well because by them the index finds the rows. */
function rowsOf(grain: string, where: (row: Row) => Sql, step: Step): TallyRows {
  const masks = raw(masksSeenBy(step.audience).join(', '));
  return step.rows(
    tallyRows,
    (row) =>
      sql`${row('grain')} in (${literal(grain)}, 'change') and ${row('audience')} in (${masks}) and ${where(row)}`,
  );
}

/** How many incidents the viewer sees that meet a filter, where the tally can tell. */
export function tallyCount(filter: Filter, step: Step): Sql | null {
  const rows = tallied([], filter, step);
  return rows && sumOf(rows);
}

/** How many incidents the viewer sees whose `untranslated` languages meet a condition. */
export function translationCount(where: (row: Row) => Sql, step: Step): Sql {
  return sumOf(rowsOf('translation', where, step));
}

function sumOf({ row, from }: TallyRows): Sql {
  return sql`(select coalesce(sum(${row('n')}), 0) ${from})`;
}
