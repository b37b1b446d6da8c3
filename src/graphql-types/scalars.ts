import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';
import { parseDateTime, parseDay } from '../common/date-time.js';

/** RFC 3339 date-time. Input may have any offset; answers are in UTC. */
export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description:
    'A point in time, as RFC 3339 date-time with an offset (2021-11-08T14:40:00+04:00); in answers always UTC (Z).',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: (value) => (value instanceof Date ? value.toISOString() : String(value)),
  parseValue: timeOf,
  parseLiteral: (node) => timeOf(stringOf(node)),
});

/** ISO 8601 calendar date. */
export const DateScalar = new GraphQLScalarType<string, string>({
  name: 'Date',
  description: 'A calendar date, as ISO 8601 (2021-01-30).',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339#section-5.6',
  serialize: String,
  parseValue: dayOf,
  parseLiteral: (node) => dayOf(stringOf(node)),
});

function timeOf(value: unknown): Date {
  const time = typeof value === 'string' ? parseDateTime(value) : null;
  if (time === null) throw new GraphQLError('DateTime takes an RFC 3339 date-time with an offset');
  return time;
}

function dayOf(value: unknown): string {
  const day = typeof value === 'string' ? parseDay(value) : null;
  if (day === null) throw new GraphQLError('Date takes an ISO 8601 calendar date');
  return day;
}

function stringOf(node: ValueNode): unknown {
  return node.kind === Kind.STRING ? node.value : undefined;
}
