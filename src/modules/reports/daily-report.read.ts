import { z } from 'zod';
import type { Locale } from '../../domain/locale.js';
import { AUDIENCES, type Audience, JOINT_COMMAND, type Nation } from '../../domain/scopes.js';
import { translator, vocabularyLabel } from '../../i18n/labels.js';
import { AUDIENCE_BIT, audiencesOf } from '../../planner/audience-mask.js';
import {
  exists,
  inBaku,
  jsonList,
  type LocaleArguments,
  labelOf,
  list,
  many,
  required,
} from '../../planner/fields.js';
import type { Fields, PlanContext, Read, ReadType, Row } from '../../planner/model.js';
import { literal, Param, raw, type Sql, sql } from '../../planner/sql.js';
import { deadlineRead, provisionRead } from '../agreements/agreement.read.js';
import { digestIn } from '../incidents/read/digest.read.js';
import {
  assessmentRead,
  incidentProvisions,
  incidentRead,
  ofIncident,
} from '../incidents/read/incident.read.js';
import { incidentRows, type RowsToSum } from '../incidents/statistics/aggregate.read.js';
import { groupRows } from '../statistics/statistic.read.js';
import { reportText } from './daily-report.text.js';

/** The report of a day in Baku in these languages, as the viewer sees it. */
export function dailyReport(date: Param, locales: readonly Locale[]): Read {
  return (context) => sql`(select ${context.object(reportFields(date, [...new Set(locales)]), noRow)})`;
}

const noRow: Row = (column) => {
  throw new Error(`A report has no column ${column}`);
};

interface Day {
  readonly date: Param;
  readonly start: Sql;
  readonly end: Sql;
}

function reportFields(date: Param, locales: readonly Locale[]): Fields {
  const day: Day = {
    date,
    start: inBaku(sql`${date}::timestamp`),
    end: inBaku(sql`(${date} + 1)::timestamp`),
  };
  return {
    date: () => () => sql`to_json(${date})::text`,
    locales: () => () => jsonList(locales.map((locale) => literal(`"${locale}"`))),
    marking: () => (context) =>
      context.compose(markingMask(day, context), (mask) => audiencesOf(z.number().parse(mask))),
    markingText: () => (context) =>
      context.compose(markingMask(day, context), (mask) => markingText(z.number().parse(mask))),
    isEmpty: () => (context) =>
      sql`(not (${isReported(day, context)} or exists (select ${deadlines(day, context).from})))::text`,
    texts: () => (context) =>
      jsonList(locales.map((locale) => context.object(textFields(day, locale, context), noRow))),
    total: () => (context) => sql`(${groupRows(ofDay(day, context), [], context)}::json ->> 0)`,
    byCategory: () => (context) => groupRows(ofDay(day, context), ['CATEGORY'], context),
    byDistrict: () => (context) => groupRows(ofDay(day, context), ['DISTRICT'], context),
    entries: () => (context) => entries((row) => began(row, day), locales, context),
    ongoing: () => (context) => entries((row) => wasUnderWay(row, day), locales, context),
    provisions: () => (context) =>
      many(
        provisionRead,
        (provision) => concerned(provision, day, context),
        (provision) => sql`${provision('agreement_key')}, ${provision('number')}`,
      )(context),
    deadlines: () => (context) => {
      const { row, from } = deadlines(day, context);
      return list(
        sql`select ${context.object(deadlineFields, row)} ${from} order by ${row('provision_key')}, ${row('ordinal')}`,
      );
    },
  };
}

/** Whether an incident began on the day. If only its month is known, it belongs to no day. */
function began(row: Row, { start, end }: Day): Sql {
  return sql`${row('occurred_from')} >= ${start} and ${row('occurred_from')} < ${end} and ${row('time_precision')} <> 'MONTH'`;
}

function wasUnderWay(row: Row, { start }: Day): Sql {
  return sql`${row('occurred_from')} < ${start} and ${row('occurred_to')} > ${start} and ${row('time_precision')} <> 'MONTH'`;
}

function isReported(day: Day, context: PlanContext): Sql {
  return exists(context, incidentRead, (row) => sql`((${began(row, day)}) or (${wasUnderWay(row, day)}))`);
}

function ofDay(day: Day, context: PlanContext): RowsToSum {
  return incidentRows((row) => began(row, day), context);
}

function concerned(provision: Row, day: Day, context: PlanContext): Sql {
  return exists(
    context,
    incidentProvisions,
    (link) =>
      sql`${link('provision_key')} = ${provision('key')} and ${exists(
        context,
        incidentRead,
        (row) => sql`${row('key')} = ${link('incident_key')} and ${began(row, day)}`,
      )}`,
  );
}

function deadlines({ date }: Day, context: PlanContext): { row: Row; from: Sql } {
  return context.rows(
    deadlineRead,
    (row) => sql`${date} in (${row('planned')}, ${row('revised')}, ${row('actual')})`,
  );
}

/**
 * Mask of the audiences that see every incident of the report; of all if there is none. Joint-command nations and the
 * originator know the audiences of a record. For others, only their own counts.
 */
function markingMask(day: Day, context: PlanContext): Sql {
  const everybody = AUDIENCES.reduce((mask, audience) => mask | AUDIENCE_BIT[audience], 0);
  const { row, from } = context.rows(
    incidentRead,
    (candidate) => sql`((${began(candidate, day)}) or (${wasUnderWay(candidate, day)}))`,
  );
  return sql`(select coalesce(bit_and(${knownMask(row, context.audience)}), ${everybody})::text ${from})`;
}

function knownMask(row: Row, audience: Audience): Sql {
  const own = raw(`${AUDIENCE_BIT[audience]}::smallint`);
  if (audience === 'PUBLIC') return own;
  if (JOINT_COMMAND.some((nation) => nation === audience)) return row('audience');
  return sql`(case when ${row('originator')} = ${literal(audience)} then ${row('audience')} else ${own} end)`;
}

/** The marking in print. PUBLIC replaces a list of nations. */
function markingText(mask: number): string {
  const audiences = audiencesOf(mask);
  return audiences.includes('PUBLIC') ? 'PUBLIC' : audiences.join(' ');
}

function textFields(day: Day, locale: Locale, context: PlanContext): Fields {
  const { from } = context.rows(incidentRead, (row) => began(row, day));
  const parts = sql`json_build_object('date', ${day.date}, 'count', (select count(*) ${from}), 'marking', ${markingMask(day, context)}::int, 'isEmpty', not (${isReported(day, context)} or exists (select ${deadlines(day, context).from})))::text`;
  const field = (name: 'title' | 'summary' | 'marking') => () => (inner: PlanContext) =>
    inner.compose(parts, (found) => reportText(locale, found)[name]);
  return {
    locale: () => () => literal(`"${locale}"`),
    title: field('title'),
    summary: field('summary'),
    marking: field('marking'),
  };
}

function entries(where: (row: Row) => Sql, locales: readonly Locale[], context: PlanContext): Sql {
  const { row, from } = context.rows(incidentRead, where);
  return list(
    sql`select ${context.object(entryFields(locales), row)} ${from} order by ${row('occurred_from')}, ${row('key')}`,
  );
}

function entryFields(locales: readonly Locale[]): Fields {
  return {
    incident: (row) => (context) => context.object(incidentRead, row),
    digests: (row) => (context) =>
      jsonList(
        locales.map((locale) =>
          context.object(
            {
              locale: () => () => literal(`"${locale}"`),
              text: () => (inner) => digestIn(locale, row, inner),
            },
            row,
          ),
        ),
      ),
    assessments: (row) => (context) =>
      jsonList(JOINT_COMMAND.map((nation) => context.object(assessmentFields(nation), row))),
  };
}

function assessmentFields(nation: Nation): Fields {
  const verdict = (incident: Row, context: PlanContext): Sql => {
    const { row, from } = context.rows(
      assessmentRead,
      (candidate) =>
        sql`${ofIncident(candidate, incident)} and ${candidate('version')} = ${incident('version')} and ${candidate('nation')} = ${literal(nation)}`,
    );
    return sql`(select ${row('verdict')} ${from} order by ${row('assessed_at')} desc, ${row('key')} limit 1)`;
  };
  return {
    nation: () => () => literal(`"${nation}"`),
    nationLabel:
      (_row, { locale }: LocaleArguments) =>
      (context) =>
        literal(JSON.stringify(vocabularyLabel(locale ?? context.locale, 'Nation', nation))),
    verdict: (row) => (context) => sql`'"' || ${verdict(row, context)} || '"'`,
    verdictLabel:
      (row, { locale }: LocaleArguments) =>
      (context) => {
        const requestedLocale = locale ?? context.locale;
        const none = literal(JSON.stringify(translator(requestedLocale)('report.notAssessed')));
        return sql`coalesce(${labelOf('Verdict', verdict(row, context), requestedLocale)}, ${none})`;
      },
  };
}

const deadlineFields: Fields = {
  provision: (row) => required(provisionRead, row('provision_key')),
  deadline: (row) => (context) => context.object(deadlineRead, row),
};

const NO_DAY = new Param('date', () => null);

/** Declares the fields of each type for the model. A report has no row of its own. */
export const REPORT_TYPES: readonly ReadType[] = [
  part('DailyReport', reportFields(NO_DAY, [])),
  part('DailyReportText', { locale: nothing, title: nothing, summary: nothing, marking: nothing }),
  part('DailyReportEntry', entryFields([])),
  part('DailyReportDigest', { locale: nothing, text: nothing }),
  part('DailyReportAssessment', assessmentFields('TUR')),
  part('DailyReportDeadline', deadlineFields),
];

function nothing(): Read {
  return () => raw('null');
}

function part(name: string, fields: Fields): ReadType {
  return { name, rows: 'partOfOwner', scope: null, fields };
}
