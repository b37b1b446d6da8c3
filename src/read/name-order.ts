import type { Locale } from '../labels/locale.js';
import type { Listing } from './connection.js';
import type { Row } from './model.js';
import type { Sql } from './sql.js';

/** ICU collations of PostgreSQL: each language sorts its own alphabet. */
const COLLATIONS = {
  TR: 'tr-x-icu',
  RU: 'ru-x-icu',
  AZ: 'az-x-icu',
  EN: 'en-x-icu',
} as const satisfies Record<Locale, string>;

/** Sorting by a name as a language sorts it, then by a unique code. */
export function nameOrder(
  name: (row: Row) => Sql,
  code: (row: Row) => Sql,
  locale: Locale,
): Listing['orderBy'] {
  return [
    { column: name, type: 'text', collation: COLLATIONS[locale] },
    { column: code, type: 'text', collation: 'C' },
  ];
}
