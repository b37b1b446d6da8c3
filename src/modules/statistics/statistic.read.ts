import { CodedError } from '../../common/errors.js';
import { MAX_ITEMS } from '../../domain/limits.js';
import { LANGUAGES, type Locale } from '../../domain/locale.js';
import type { IncidentDimension } from '../../domain/vocabularies.js';
import type { Planned } from '../../planner/arguments.js';
import {
  jsonList,
  jsonText,
  type LocaleArguments,
  labelOf,
  list,
  localColumn,
} from '../../planner/fields.js';
import type { Fields, PlanContext, Read, ReadType, Row } from '../../planner/model.js';
import { all, join, literal, raw, type Sql, sql } from '../../planner/sql.js';
import { incidentConditions } from '../incidents/read/incident.filter.js';
import type { IncidentFilter } from '../incidents/read/incident.inputs.js';
import {
  aggregatedRows,
  columnOf,
  incidentRows,
  type RowsToSum,
} from '../incidents/statistics/aggregate.read.js';
import { placeRead } from '../places/place.read.js';

/** Key of incidents without a district. */
const NONE = 'NONE';

const VOCABULARY_OF = {
  CATEGORY: 'IncidentCategory',
  STATUS: 'IncidentStatus',
  SEVERITY: 'Severity',
  ORIGINATOR: 'Nation',
} as const;

const DATE_FORMAT = { DAY: 'YYYY-MM-DD', MONTH: 'YYYY-MM', YEAR: 'YYYY' } as const;

/** Incidents grouped by dimensions: from an aggregate if one has them, otherwise from the incidents. */
export function statistics(
  filter: Planned<IncidentFilter> | null | undefined,
  groupBy: readonly IncidentDimension[],
): Read {
  if (groupBy.length > MAX_ITEMS.dimensions) {
    throw new CodedError('BAD_USER_INPUT', {
      reason: 'TOO_MANY_VALUES',
      variables: { maximum: MAX_ITEMS.dimensions },
      extensions: { argument: 'groupBy' },
    });
  }
  return (context) =>
    groupRows(aggregatedRows(groupBy, filter, context) ?? statisticRows(filter, context), groupBy, context);
}

/** Groups and sums rows, as a JSON list. */
export function groupRows(
  source: RowsToSum,
  groupBy: readonly IncidentDimension[],
  context: PlanContext,
): Sql {
  const [alias, summed] = [context.alias(), context.alias()];
  const group: Row = (column) => raw(`${alias}.${column}`);
  const columns = groupBy.map((dimension, index) => sql`${groupedBy(dimension, source.row)} as c${index}`);
  const keys = groupBy.map(
    (dimension, index) => sql`${keyOf(dimension, raw(`${summed}.c${index}`), context)} as k${index}`,
  );
  const grouping =
    columns.length === 0
      ? raw('')
      : sql` group by ${join(
          groupBy.map((_, index) => sql`${index + 1}`),
          ', ',
        )} having sum(${source.row('incidents')}) <> 0`;
  const order =
    columns.length === 0
      ? raw('')
      : sql` order by ${join(
          groupBy.map((_, index) => sql`${group(`k${index}`)} collate "C"`),
          ', ',
        )}`;
  const sums = ['incidents', 'killed', 'wounded'].map(
    (name) => sql`coalesce(sum(${source.row(name)}), 0) as ${raw(name)}`,
  );
  const totals = sql`select ${join([...columns, ...sums], ', ')} ${source.from}${grouping}`;
  // `offset 0` keeps PostgreSQL from evaluating a key once for each mention.
  const named = sql`select ${join([...keys, raw('incidents, killed, wounded')], ', ')} from (${totals}) ${raw(summed)} offset 0`;
  return list(sql`select ${context.object(fieldsFor(groupBy), group)} from (${named}) ${raw(alias)}${order}`);
}

function statisticRows(filter: Planned<IncidentFilter> | null | undefined, context: PlanContext): RowsToSum {
  context.heavy();
  return incidentRows((incident) => all(incidentConditions(incident, filter, context)), context);
}

/** The grouping expression. It is a column or a date, so that the text of a key is made once for each group. */
function groupedBy(dimension: IncidentDimension, row: Row): Sql {
  const column = row(columnOf(dimension));
  return dimension === 'MONTH' || dimension === 'YEAR'
    ? sql`date_trunc(${literal(dimension)}, ${column}::timestamp)`
    : column;
}

function keyOf(dimension: IncidentDimension, column: Sql, context: PlanContext): Sql {
  switch (dimension) {
    case 'DISTRICT': {
      const { row: place, from } = context.rows(
        placeRead,
        (candidate) => sql`${candidate('key')} = ${column}`,
      );
      return sql`coalesce((select ${place('code')} ${from}), ${literal(NONE)})`;
    }
    case 'DAY':
    case 'MONTH':
    case 'YEAR':
      return sql`to_char(${column}, ${literal(DATE_FORMAT[dimension])})`;
    default:
      return column;
  }
}

function fieldsFor(groupBy: readonly IncidentDimension[]): Fields {
  return {
    keys: (row) => () => jsonList(groupBy.map((_, index) => jsonText(row(`k${index}`)))),
    labels:
      (row, { locale }: LocaleArguments) =>
      (context) =>
        jsonList(
          groupBy.map((dimension, index) =>
            labelFor(dimension, row(`k${index}`), locale ?? context.locale, context),
          ),
        ),
    count: (row) => () => sql`${row('incidents')}::text`,
    killed: (row) => () => sql`${row('killed')}::text`,
    wounded: (row) => () => sql`${row('wounded')}::text`,
  };
}

/** Declares the fields of the type for the model. */
export const statisticRead: ReadType = {
  name: 'IncidentStatistic',
  rows: 'partOfOwner',
  scope: 'statistics:read',
  fields: fieldsFor([]),
};

function labelFor(dimension: IncidentDimension, key: Sql, locale: Locale, context: PlanContext): Sql {
  switch (dimension) {
    case 'DISTRICT': {
      const { row: place, from } = context.rows(placeRead, (candidate) => sql`${candidate('code')} = ${key}`);
      return sql`coalesce((select ${jsonText(place(localColumn('name', locale)))} ${from}), '"–"')`;
    }
    case 'DAY':
      return dateLabel(key, locale, { day: 'numeric', month: 'long', year: 'numeric' });
    case 'MONTH':
      return dateLabel(key, locale, { month: 'long', year: 'numeric' });
    case 'YEAR':
      return jsonText(key);
    default:
      return labelOf(VOCABULARY_OF[dimension], key, locale);
  }
}

const knownPatterns = new Map<string, string>();

/** JSON of the pattern of each month, such as {d} March {y}. Made once for a language: it takes a millisecond. */
function datePatterns(locale: Locale, options: Intl.DateTimeFormatOptions): string {
  const name = `${locale} ${Object.keys(options).join(' ')}`;
  const known = knownPatterns.get(name);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat(LANGUAGES[locale].tag, { ...options, timeZone: 'UTC' });
  const patterns: Record<string, string> = {};
  for (let month = 0; month < 12; month += 1) {
    patterns[String(month + 1).padStart(2, '0')] = format
      .format(new Date(Date.UTC(2021, month, 28)))
      .replace('28', '{d}')
      .replace('2021', '{y}');
  }
  const json = JSON.stringify(patterns);
  knownPatterns.set(name, json);
  return json;
}

/** A date in the format of the language: the pattern of its month, with day and year filled in. */
function dateLabel(key: Sql, locale: Locale, options: Intl.DateTimeFormatOptions): Sql {
  const pattern = sql`(${literal(datePatterns(locale, options))}::jsonb ->> substr(${key}, 6, 2))`;
  const day = sql`ltrim(substr(${key}, 9, 2), '0')`;
  return jsonText(sql`replace(replace(${pattern}, '{y}', substr(${key}, 1, 4)), '{d}', ${day})`);
}
