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
import type { Fields, Read, ReadType, Row, Step } from '../../planner/model.js';
import { literal, Param, raw, type Sql, sql } from '../../planner/sql.js';
import { deadlineRead, provisionRead } from '../agreements/agreement.read.js';
import { digestIn } from '../incidents/read/digest.read.js';
import {
  assessmentRead,
  incidentProvisions,
  incidentRead,
  ofIncident,
} from '../incidents/read/incident.read.js';
import { type CountedRows, counted } from '../incidents/statistics/aggregate.read.js';
import { grouped } from '../statistics/statistic.read.js';
import { reportText } from './daily-report.text.js';

/** The report of a day in Baku for the viewer, in these languages. */
export function dailyReport(date: Param, locales: readonly Locale[]): Read {
  return (step) => sql`(select ${step.object(reportFields(date, [...new Set(locales)]), noRow)})`;
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
    marking: () => (step) =>
      step.compose(markingMask(day, step), (mask) => audiencesOf(z.number().parse(mask))),
    markingText: () => (step) =>
      step.compose(markingMask(day, step), (mask) => markingText(z.number().parse(mask))),
    isEmpty: () => (step) =>
      sql`(not (${isReported(day, step)} or exists (select ${deadlines(day, step).from})))::text`,
    texts: () => (step) =>
      jsonList(locales.map((locale) => step.object(textFields(day, locale, step), noRow))),
    total: () => (step) => sql`(${grouped(ofDay(day, step), [], step)}::json ->> 0)`,
    byCategory: () => (step) => grouped(ofDay(day, step), ['CATEGORY'], step),
    byDistrict: () => (step) => grouped(ofDay(day, step), ['DISTRICT'], step),
    entries: () => (step) => entries((row) => began(row, day), locales, step),
    ongoing: () => (step) => entries((row) => wasUnderWay(row, day), locales, step),
    provisions: () => (step) =>
      many(
        provisionRead,
        (provision) => concerned(provision, day, step),
        (provision) => sql`${provision('agreement_key')}, ${provision('number')}`,
      )(step),
    deadlines: () => (step) => {
      const { row, from } = deadlines(day, step);
      return list(
        sql`select ${step.object(deadlineFields, row)} ${from} order by ${row('provision_key')}, ${row('position')}`,
      );
    },
  };
}

/** Incidents of the day; one of which only the month is known belongs to no day. */
function began(row: Row, { start, end }: Day): Sql {
  return sql`${row('occurred_from')} >= ${start} and ${row('occurred_from')} < ${end} and ${row('time_precision')} <> 'MONTH'`;
}

function wasUnderWay(row: Row, { start }: Day): Sql {
  return sql`${row('occurred_from')} < ${start} and ${row('occurred_to')} > ${start} and ${row('time_precision')} <> 'MONTH'`;
}

function isReported(day: Day, step: Step): Sql {
  return exists(step, incidentRead, (row) => sql`((${began(row, day)}) or (${wasUnderWay(row, day)}))`);
}

function ofDay(day: Day, step: Step): CountedRows {
  return counted((row) => began(row, day), step);
}

function concerned(provision: Row, day: Day, step: Step): Sql {
  return exists(
    step,
    incidentProvisions,
    (link) =>
      sql`${link('provision_key')} = ${provision('key')} and ${exists(
        step,
        incidentRead,
        (row) => sql`${row('key')} = ${link('incident_key')} and ${began(row, day)}`,
      )}`,
  );
}

function deadlines({ date }: Day, step: Step): { row: Row; from: Sql } {
  return step.rows(
    deadlineRead,
    (row) => sql`${date} in (${row('planned')}, ${row('revised')}, ${row('actual')})`,
  );
}

/**
 * The audiences that see every incident of the report, as a mask; everybody where there is none. Those of a
 * record are known to joint-command nations and its originator; for others they are the viewer's own.
 */
function markingMask(day: Day, step: Step): Sql {
  const everybody = AUDIENCES.reduce((mask, audience) => mask | AUDIENCE_BIT[audience], 0);
  const { row, from } = step.rows(
    incidentRead,
    (candidate) => sql`((${began(candidate, day)}) or (${wasUnderWay(candidate, day)}))`,
  );
  return sql`(select coalesce(bit_and(${knownMask(row, step.audience)}), ${everybody})::text ${from})`;
}

function knownMask(row: Row, audience: Audience): Sql {
  const own = raw(`${AUDIENCE_BIT[audience]}::smallint`);
  if (audience === 'PUBLIC') return own;
  if (JOINT_COMMAND.some((nation) => nation === audience)) return row('audience');
  return sql`(case when ${row('originator')} = ${literal(audience)} then ${row('audience')} else ${own} end)`;
}

/** As it is printed; what everybody may see needs no list of nations. */
export function markingText(mask: number): string {
  const audiences = audiencesOf(mask);
  return audiences.includes('PUBLIC') ? 'PUBLIC' : audiences.join(' ');
}

function textFields(day: Day, locale: Locale, step: Step): Fields {
  const { from } = step.rows(incidentRead, (row) => began(row, day));
  const parts = sql`json_build_object('date', ${day.date}, 'count', (select count(*) ${from}), 'marking', ${markingMask(day, step)}::int, 'isEmpty', not (${isReported(day, step)} or exists (select ${deadlines(day, step).from})))::text`;
  const field = (name: 'title' | 'summary' | 'marking') => () => (inner: Step) =>
    inner.compose(parts, (found) => reportText(locale, found)[name]);
  return {
    locale: () => () => literal(`"${locale}"`),
    title: field('title'),
    summary: field('summary'),
    marking: field('marking'),
  };
}

function entries(where: (row: Row) => Sql, locales: readonly Locale[], step: Step): Sql {
  const { row, from } = step.rows(incidentRead, where);
  return list(
    sql`select ${step.object(entryFields(locales), row)} ${from} order by ${row('occurred_from')}, ${row('key')}`,
  );
}

function entryFields(locales: readonly Locale[]): Fields {
  return {
    incident: (row) => (step) => step.object(incidentRead, row),
    digests: (row) => (step) =>
      jsonList(
        locales.map((locale) =>
          step.object(
            {
              locale: () => () => literal(`"${locale}"`),
              text: () => (inner) => digestIn(locale, row, inner),
            },
            row,
          ),
        ),
      ),
    assessments: (row) => (step) =>
      jsonList(JOINT_COMMAND.map((nation) => step.object(assessmentFields(nation), row))),
  };
}

function assessmentFields(nation: Nation): Fields {
  const verdict = (incident: Row, step: Step): Sql => {
    const { row, from } = step.rows(
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
      (step) =>
        literal(JSON.stringify(vocabularyLabel(locale ?? step.locale, 'Nation', nation))),
    verdict: (row) => (step) => sql`'"' || ${verdict(row, step)} || '"'`,
    verdictLabel:
      (row, { locale }: LocaleArguments) =>
      (step) => {
        const wanted = locale ?? step.locale;
        const none = literal(JSON.stringify(translator(wanted)('report.notAssessed')));
        return sql`coalesce(${labelOf('Verdict', verdict(row, step), wanted)}, ${none})`;
      },
  };
}

const deadlineFields: Fields = {
  provision: (row) => required(provisionRead, row('provision_key')),
  deadline: (row) => (step) => step.object(deadlineRead, row),
};

const NO_DAY = new Param('date', () => null);

/** Declared so that the model knows the fields of each type; a report is made of many rows, not of one. */
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
