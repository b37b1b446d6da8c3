import { CodedError } from '../common/errors.js';
import { MAX_LENGTH } from '../domain/limits.js';
import type { PlanContext, ReadType, Row } from './model.js';
import { type Param, raw, type Sql, sql } from './sql.js';

/** The search text as a parameter. Throws BAD_USER_INPUT when the statement runs if it is too long. */
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

/** A search in a small table by its column search_text, which search.name_forms fills. */
interface NameSearch {
  /** Smaller for better matches; null if a word of the search matches no name. */
  readonly distance: (row: Row) => Sql;
  /** Whether the row matches. Misspelt words match only if no row matches the words exactly. */
  readonly isFound: (row: Row, context: PlanContext) => Sql;
}

export function nameSearch(type: ReadType, search: Param): NameSearch {
  // A subquery, so that PostgreSQL computes the word forms once and not for every row.
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
