import { CodedError } from '../errors.js';
import type { ReadType, Row, Step } from '../read/model.js';
import { type Param, type Sql, sql } from '../read/sql.js';

const LONGEST = 200;

/** What is searched for, bound as text; refused when it is too long. */
export function wanted(search: Param): Param {
  return search.as('text', (value) => {
    const text = String(value);
    if (text.length > LONGEST) {
      throw new CodedError('BAD_USER_INPUT', { reason: 'SEARCH_TOO_LONG', variables: { maximum: LONGEST } });
    }
    return text.replace(/\p{Cc}/gu, ' ');
  });
}

/** Searching a small table by the names in its column search_text, which search.name_forms made. */
export interface NameSearch {
  /** Grows as the names fit less; null when a word of the search is in none of them. */
  readonly distance: (row: Row) => Sql;
  /** Misspelt words count only where nothing fits better. */
  readonly isFound: (row: Row, step: Step) => Sql;
}

/** Farther than a word that was only begun, nearer than a misspelt one. */
const MISSPELT = -0.4;

export function nameSearch(type: ReadType, search: Param): NameSearch {
  const text = wanted(search);
  const distance = (row: Row): Sql => sql`-search.name_rank(${row('search_text')}, ${text})`;
  return {
    distance,
    isFound: (row, step) => {
      const better = step.rows(type, (other) => sql`${distance(other)} <= ${MISSPELT}`);
      return sql`(${distance(row)} <= ${MISSPELT} or (${distance(row)} is not null and not exists (select ${better.from})))`;
    },
  };
}
