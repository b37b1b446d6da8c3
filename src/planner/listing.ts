import type { PlanContext, ReadType, Row } from './model.js';
import type { Param, Sql } from './sql.js';

/** What a connection lists: rows of a type that the viewer sees, in an order without ties. */

/** One key that a listing is sorted by. */
export interface SortKey {
  /** Its name in cursors, which shows whether a cursor is from a listing with this order. */
  readonly name: string;
  readonly column: (row: Row) => Sql;
  /** Its PostgreSQL type. */
  readonly type: 'timestamptz' | 'uuid' | 'text' | 'real';
  /** ICU collation of a text key. */
  readonly collation?: string;
}

export interface Listing {
  readonly type: ReadType;
  /** Conditions on a row, besides the type's row rule. Throws FORBIDDEN for a filter the viewer may not use. */
  readonly where: (row: Row, context: PlanContext) => readonly Sql[];
  /** Sort keys; the last one is unique. All run in the same direction. */
  readonly orderBy: readonly [SortKey, ...SortKey[]];
  readonly direction: 'ASC' | 'DESC';
  /**
   * Where the rows come from, when not from the type's table alone. `bounds` allows a source to stop early;
   * without them all rows are needed.
   */
  readonly from?: (context: PlanContext, where: SourceCondition, bounds: PageBounds | null) => Sources;
  /** A cheaper way to the number of rows that meet the conditions; null where there is none. */
  readonly count?: (context: PlanContext) => Sql | null;
}

/**
 * The conditions on the rows of a source. `equal` is the number of leading sort keys that have the same value in all
 * of its rows; a cursor is then compared by the others alone.
 */
export type SourceCondition = (row: Row, equal?: number) => Sql;

/** Which rows of a listing are needed: the first `limit` after a row. */
export interface PageBounds {
  readonly limit: number;
  /** The direction in which the page is read; that of the listing, or the opposite for `last`. */
  readonly isDescending: boolean;
  /** Sort keys of the row after which the page begins; null at the start. */
  readonly beyond: readonly Param[] | null;
}

/** Sources of a listing's rows: each is sorted and limited by itself, then they are merged. */
export interface Sources {
  /** SQL in front of the sources, such as `with name as materialized (…)`; empty when there is none. */
  readonly shared: Sql;
  readonly sources: readonly Source[];
}

export interface Source {
  /** A row of the source, which has every sort key of the listing. */
  readonly row: Row;
  /** `from … where …` */
  readonly from: Sql;
}
