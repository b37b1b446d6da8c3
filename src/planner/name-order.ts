import { LANGUAGES, type Locale } from '../domain/locale.js';
import type { Listing } from './listing.js';
import type { Row } from './model.js';
import type { Sql } from './sql.js';

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
    {
      name: `name_${locale.toLowerCase()}`,
      column: name,
      type: 'text',
      collation: LANGUAGES[locale].collation,
    },
    { name: 'code', column: code, type: 'text', collation: 'C' },
  ];
  return distance ? [{ name: 'distance', column: distance, type: 'real' }, ...byName] : byName;
}
