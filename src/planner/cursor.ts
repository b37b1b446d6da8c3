import { CodedError } from '../common/errors.js';
import type { Listing, SortKey } from './listing.js';
import type { Row } from './model.js';
import { join, literal, type Param, type Sql, sql } from './sql.js';

/**
 * Cursors of connections: a JSON list in base64 with the name of the order and the sort keys of a row. It contains
 * only values of visible fields, and no row is looked up by it.
 */

/** JSON text of the cursor of a row. */
export function cursorText(listing: Listing, row: Row): Sql {
  const keys = listing.orderBy.map((key) =>
    key.type === 'real' ? sql`(${key.column(row)})::text` : key.column(row),
  );
  return sql`concat('"', translate(encode(convert_to(json_build_array(${literal(cursorKind(listing))}::text, ${join(keys, ', ')})::text, 'UTF8'), 'base64'), E'\\n', ''), '"')`;
}

const TIME = /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+00:00$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const REAL = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/;

/** Whether PostgreSQL accepts a text as a value of the type. */
const IS_KEY: Readonly<Record<SortKey['type'], (key: string) => boolean>> = {
  real: (key) => REAL.test(key) && isReal(Number(key)),
  timestamptz: (key) => TIME.test(key) && isCalendarTime(key.slice(0, 19)),
  uuid: (key) => UUID.test(key),
  text: (key) => !key.includes('\u0000'),
};

function isReal(value: number): boolean {
  const rounded = Math.fround(value);
  return Number.isFinite(rounded) && (rounded !== 0 || value === 0);
}

function isCalendarTime(seconds: string): boolean {
  const time = new Date(`${seconds}Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(seconds);
}

/** Name of the type and its sort keys without the last, which only breaks ties. */
function cursorKind({ type, orderBy }: Listing): string {
  return [type.name, ...orderBy.slice(0, -1).map(({ name }) => name)].join('.');
}

/**
 * A sort key of a cursor, bound when the statement runs. Then it throws BAD_USER_INPUT for a cursor of another
 * listing.
 */
export function cursorKey(cursor: Param, listing: Listing, index: number): Param {
  const { type } = listing.orderBy[index] ?? listing.orderBy[0];
  return cursor.as(type, (value) => {
    const [kind, ...keys] = decodeCursor(value);
    const key = keys[index];
    if (
      kind !== cursorKind(listing) ||
      keys.length !== listing.orderBy.length ||
      key === undefined ||
      !IS_KEY[type](key)
    ) {
      throw new CodedError('BAD_USER_INPUT', { reason: 'UNKNOWN_CURSOR' });
    }
    return key;
  });
}

function decodeCursor(value: unknown): readonly string[] {
  if (typeof value !== 'string') return [];
  try {
    const parts: unknown = JSON.parse(Buffer.from(value, 'base64').toString('utf8'));
    return Array.isArray(parts) && parts.every((part) => typeof part === 'string') ? parts : [];
  } catch {
    return [];
  }
}
