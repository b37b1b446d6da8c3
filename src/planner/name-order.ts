import type { Locale } from '../domain/locale.js';
import type { Listing } from './listing.js';
import type { Row } from './model.js';
import type { Sql } from './sql.js';

/** ICU collations of PostgreSQL: each language sorts its own alphabet. */
const COLLATIONS = {
  TR: 'tr-x-icu',
  RU: 'ru-x-icu',
  AZ: 'az-x-icu',
  EN: 'en-x-icu',
} as const satisfies Record<Locale, string>;

/**
 * Sorting by a name as a language sorts it, then by a unique code; the nearest come first where something
 * was searched for.
 */
export function nameOrder(
  name: (row: Row) => Sql,
  code: (row: Row) => Sql,
  locale: Locale,
  distance?: (row: Row) => Sql,
): Listing['orderBy'] {
  const byName: Listing['orderBy'] = [
    { name: `name_${locale.toLowerCase()}`, column: name, type: 'text', collation: COLLATIONS[locale] },
    { name: 'code', column: code, type: 'text', collation: 'C' },
  ];
  return distance ? [{ name: 'distance', column: distance, type: 'real' }, ...byName] : byName;
}
