import { CodedError } from '../errors.js';
import { type Param, type Sql, sql } from '../read/sql.js';
import { fold } from './folding.js';

const LONGEST = 200;

/** Whether folded text holds every word searched for, at the beginning of one of its words. */
export function matches(foldedText: Sql, search: Param): Sql {
  const patterns = search.as('text[]', (value) => {
    const words = String(value);
    if (words.length > LONGEST) {
      throw new CodedError('BAD_USER_INPUT', { reason: 'SEARCH_TOO_LONG', variables: { maximum: LONGEST } });
    }
    return fold(words)
      .split(' ')
      .filter((word) => word !== '')
      .map((word) => `% ${word}%`);
  });
  return sql`(' ' || ${foldedText}) like all (${patterns})`;
}
