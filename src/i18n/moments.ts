import type { Locale } from '../domain/locale.js';
import type { TimePrecision } from '../domain/vocabularies.js';
import { dayInBaku, momentFormat } from './formats.js';
import { translator } from './labels.js';
import { ordinalYear, pointInTime } from './numerals.js';

/** A time, split into date and clock time in Baku. */
interface Moment {
  /** Date for comparisons: 2022-03-09. */
  readonly date: string;
  readonly day: string;
  /** In the grammatical case that follows a day. */
  readonly month: string;
  readonly year: string;
  readonly clock: string;
}

function momentIn(locale: Locale, time: Date): Moment {
  const parts = new Map(
    momentFormat(locale)
      .formatToParts(time)
      .map(({ type, value }) => [type, value]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  return {
    date: dayInBaku(time),
    day: part('day'),
    month: part('month'),
    year: ordinalYear(locale, Number(part('year'))),
    clock: `${part('hour')}:${part('minute')}`,
  };
}

/** A date in the form of the language: 9 March 2022. Takes 2022-03-09. */
export function dayText(locale: Locale, date: string): string {
  const { day, month, year } = momentIn(locale, new Date(`${date}T12:00:00+04:00`));
  return translator(locale)('when.date', { day, month, year });
}

/**
 * The time of an incident as the beginning of a sentence, no more exact than its precision. `to` is the end of a
 * half-open interval; midnight means the end of the day before.
 */
export function occurrenceText(
  locale: Locale,
  from: Date,
  to: Date | null,
  precision: TimePrecision,
): string {
  if (precision === 'MONTH') return monthsText(locale, from, to);
  if (precision === 'DAY') return daysText(locale, from, to);
  return hoursText(locale, from, to, precision);
}

/** The last moment of a half-open interval. */
function lastMomentIn(locale: Locale, to: Date | null): Moment | null {
  return to && momentIn(locale, new Date(to.getTime() - 1));
}

function isSameMonth(one: Moment, other: Moment): boolean {
  return one.date.slice(0, 7) === other.date.slice(0, 7);
}

function monthsText(locale: Locale, from: Date, to: Date | null): string {
  const t = translator(locale);
  const start = momentIn(locale, from);
  const last = lastMomentIn(locale, to);
  const { month, year } = start;
  if (!last || isSameMonth(last, start)) return t('when.month', { month, year });
  return t('when.months', { month, year, lastMonth: last.month, lastYear: last.year });
}

function daysText(locale: Locale, from: Date, to: Date | null): string {
  const t = translator(locale);
  const start = momentIn(locale, from);
  const last = lastMomentIn(locale, to);
  const { day, month, year } = start;
  if (!last || last.date === start.date) return t('when.day', { day, month, year });
  if (isSameMonth(last, start)) return t('when.days', { day, month, year, lastDay: last.day });
  return t('when.dates', { day, month, year, ...lastDateOf(last) });
}

function hoursText(locale: Locale, from: Date, to: Date | null, precision: 'HOUR' | 'MINUTE'): string {
  const t = translator(locale);
  const start = momentIn(locale, from);
  const last = lastMomentIn(locale, to);
  const { day, month, year, clock } = start;
  if (!to || !last) {
    if (precision === 'HOUR') return t('when.hour', { day, month, year, time: clock });
    return t('when.minute', { day, month, year, time: pointInTime(locale, clock) });
  }
  const end = momentIn(locale, to);
  const lastDate = lastDateOf(last);
  if (end.date !== last.date) return t('when.untilDay', { day, month, year, time: clock, ...lastDate });
  if (end.date === start.date) return t('when.hours', { day, month, year, time: clock, lastTime: end.clock });
  return t('when.untilTime', { day, month, year, time: clock, ...lastDate, lastTime: end.clock });
}

function lastDateOf({ day, month, year }: Moment) {
  return { lastDay: day, lastMonth: month, lastYear: year };
}
