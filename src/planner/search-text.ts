import { CodedError } from '../common/errors.js';
import { MAX_LENGTH } from '../domain/limits.js';
import type { PlanContext, ReadType, Row } from './model.js';
import { type Param, raw, type Sql, sql } from './sql.js';

/** What is searched for, bound as text; refused when it is too long. */
export function searchText(search: Param): Param {
  return search.as('text', (value) => {
    const text = String(value);
    if (text.length > MAX_LENGTH.searchText) {
      throw new CodedError('BAD_USER_INPUT', {
        reason: 'SEARCH_TOO_LONG',
        variables: { maximum: MAX_LENGTH.searchText },
      });
    }
    return text.replace(/\p{Cc}/gu, ' ');
  });
}

/** Searching a small table by the names in its column search_text, which search.name_forms made. */
export interface NameSearch {
  /** Grows as the names fit less; null when a word of the search is in none of them. */
  readonly distance: (row: Row) => Sql;
  /** Misspelt words count only where nothing fits better. */
  readonly isFound: (row: Row, context: PlanContext) => Sql;
}

export function nameSearch(type: ReadType, search: Param): NameSearch {
  // A subquery of its own, so that the forms of the words are made once and not for every row.
  const query = sql`(select search.name_query(${searchText(search)}))`;
  const rank = (row: Row, takesMisspelt: boolean): Sql =>
    sql`search.name_rank(${row('search_text')}, ${query}, ${raw(String(takesMisspelt))})`;
  return {
    distance: (row) => sql`-${rank(row, true)}`,
    isFound: (row, context) => {
      const fitting = context.rows(type, (other) => sql`${rank(other, false)} is not null`);
      return sql`(case when exists (select ${fitting.from}) then ${rank(row, false)} else ${rank(row, true)} end is not null)`;
    },
  };
}
