import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';

const TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i;
const DAY = /^(\d{4})-(\d\d)-(\d\d)$/;

/** RFC 3339 date-time. Input may have any offset; answers are in UTC. */
export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description:
    'A point in time, as RFC 3339 date-time with an offset (2021-11-08T14:40:00+04:00); in answers always UTC (Z).',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: (value) => (value instanceof Date ? value.toISOString() : String(value)),
  parseValue: parseTime,
  parseLiteral: (node) => parseTime(stringOf(node)),
});

/** ISO 8601 calendar date. */
export const DateScalar = new GraphQLScalarType<string, string>({
  name: 'Date',
  description: 'A calendar date, as ISO 8601 (2021-01-30).',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339#section-5.6',
  serialize: String,
  parseValue: parseDay,
  parseLiteral: (node) => parseDay(stringOf(node)),
});

function parseTime(value: unknown): Date {
  const match = typeof value === 'string' ? TIME.exec(value) : null;
  if (
    !match ||
    !isCalendarDay(match) ||
    Number(match[4]) > 23 ||
    Number(match[5]) > 59 ||
    Number(match[6]) > 59
  ) {
    throw new GraphQLError('DateTime takes an RFC 3339 date-time with an offset');
  }
  const time = new Date(match[0].toUpperCase());
  if (Number.isNaN(time.getTime()))
    throw new GraphQLError('DateTime takes an RFC 3339 date-time with an offset');
  return time;
}

function parseDay(value: unknown): string {
  const match = typeof value === 'string' ? DAY.exec(value) : null;
  if (!match || !isCalendarDay(match)) throw new GraphQLError('Date takes an ISO 8601 calendar date');
  return match[0];
}

function isCalendarDay([, year, month, day]: RegExpExecArray): boolean {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return (
    date.getUTCFullYear() === Number(year) &&
    date.getUTCMonth() === Number(month) - 1 &&
    date.getUTCDate() === Number(day)
  );
}

function stringOf(node: ValueNode): unknown {
  return node.kind === Kind.STRING ? node.value : undefined;
}
