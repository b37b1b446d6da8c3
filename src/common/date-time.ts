const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i;
const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;

/**
 * The moment of an RFC 3339 date-time with an offset; null for any other text, such as 31 June or 24:00. Digits after
 * milliseconds are dropped. The API and the imports read times with it.
 */
export function parseDateTime(text: string): Date | null {
  const match = TIME.exec(text);
  if (!match || !isCalendarDay(match)) return null;
  if (Number(match[4]) > 23 || Number(match[5]) > 59 || Number(match[6]) > 59) return null;
  const time = new Date(match[0].toUpperCase());
  return Number.isNaN(time.getTime()) ? null : time;
}

/** The text, if it is an ISO 8601 calendar date; otherwise null. */
export function parseDay(text: string): string | null {
  const match = DAY.exec(text);
  return match && isCalendarDay(match) ? match[0] : null;
}

function isCalendarDay([, year, month, day]: RegExpExecArray): boolean {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return (
    date.getUTCFullYear() === Number(year) &&
    date.getUTCMonth() === Number(month) - 1 &&
    date.getUTCDate() === Number(day)
  );
}
