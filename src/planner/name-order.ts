import { LANGUAGES, type Locale } from '../domain/locale.js';
import type { Listing } from './listing.js';
import type { Row } from './model.js';
import type { Sql } from './sql.js';

/** Sort keys for names in the order of a language, then by unique code. In a search, the best matches come first. */
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
