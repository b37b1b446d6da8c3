import { CodedError } from '../errors.js';
import type { Listing, SourceCondition, Sources } from '../read/connection.js';
import { everyone, type LinkType, type Row, type Step } from '../read/model.js';
import { all, literal, type Param, raw, type Sql, sql } from '../read/sql.js';
import { wanted } from '../search/wanted.js';
import { seenByAudience } from './incident.policy.js';
import { incidentRead } from './incident.read.js';

/** Matches above which a search no longer tells records apart: they count as equally good. */
const COMMON = 3_000;

const incidentSearch: LinkType = {
  scope: 'incident:read',
  rows: { table: 'incident_search', rule: seenByAudience },
};

/** What the function search.incidents found; it carries the row rule itself. */
const found: LinkType = { scope: 'incident:read', rows: { table: 'found', rule: everyone } };

/**
 * Incidents that a search finds, with `rank` as a column of their row. Few matches come from the index with
 * their ranks. A search that very many records meet gives no rank: then the records are read in the
 * listing's order and each is asked whether it matches, which such a search soon affirms.
 */
export function searched(search: Param, isByRank: boolean): Listing['from'] {
  const text = wanted(search);
  return (step: Step, where: SourceCondition): Sources => {
    step.heavy();
    const few = step.rowsVia(
      incidentRead,
      found,
      (row, hit) => sql`${row('key')} = ${hit('incident_key')} and ${where(ranked(row, hit('rank')))}`,
    );
    const unranked = raw('0::real');
    const many = step.rows(incidentRead, (row) =>
      all([
        raw('(select bool_or(found.incident_key is null) from found)'),
        sql`((select found.query is null from found limit 1) or ${isMatch(row, step)})`,
        where(ranked(row, unranked), isByRank ? 1 : 0),
      ]),
    );
    return {
      shared: sql`with found as materialized (select * from search.incidents(${text}, ${literal(step.locale)}, ${COMMON}))`,
      sources: [
        { row: ranked(few.row, few.link('rank')), from: few.from },
        { row: ranked(many.row, unranked), from: many.from },
      ],
    };
  };
}

/** Whether a record matches the shared query; a scalar, so that it is asked of one record at a time. */
function isMatch(row: Row, step: Step): Sql {
  const { row: kept, from } = step.rows(incidentSearch, (k) => sql`${k('incident_key')} = ${row('key')}`);
  return sql`(select ${kept('document')} @@ (select found.query from found limit 1) ${from})`;
}

function ranked(row: Row, rank: Sql): Row {
  return (column) => (column === 'rank' ? rank : row(column));
}

/** How many incidents a search finds. */
export function searchedCount(search: Param, step: Step): Sql {
  step.heavy();
  return sql`search.incident_count(${wanted(search)})`;
}

/** Whether a search finds an incident; what the viewer may not read, it cannot search. */
export function isFound(row: Row, search: Param, step: Step): Sql {
  if (!step.maySee('incident:read')) {
    throw new CodedError('FORBIDDEN', { extensions: { scope: 'incident:read' } });
  }
  step.heavy();
  return sql`${row('key')} in (select incident_key from search.incidents(${wanted(search)}, ${literal(step.locale)}, null))`;
}
