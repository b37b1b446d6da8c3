import type { PlanContext, ReadType, Row } from './model.js';
import type { Param, Sql } from './sql.js';

/** The rows of a connection: those of a type that the viewer sees, in an order without ties. */

/** One key that a listing is sorted by. */
export interface SortKey {
  /** Its name in cursors, which identifies the order. */
  readonly name: string;
  readonly column: (row: Row) => Sql;
  /** Its PostgreSQL type. */
  readonly type: 'timestamptz' | 'uuid' | 'text' | 'real';
  /** ICU collation of a text key. */
  readonly collation?: string;
}

export interface Listing {
  readonly type: ReadType;
  /**
   * Conditions on a row in addition to the row rule of the type. Throws FORBIDDEN for a filter that the viewer may
   * not use.
   */
  readonly where: (row: Row, context: PlanContext) => readonly Sql[];
  /** Sort keys; the last one is unique. All run in the same direction. */
  readonly orderBy: readonly [SortKey, ...SortKey[]];
  readonly direction: 'ASC' | 'DESC';
  /**
   * Sources of the rows, if it is not the table alone. `bounds` allows a source to stop early; if null, all rows are
   * needed.
   */
  readonly from?: (context: PlanContext, where: SourceCondition, bounds: PageBounds | null) => Sources;
  /** A cheaper way to count rows that meet the conditions; null if there is none. */
  readonly count?: (context: PlanContext) => Sql | null;
}

/**
 * Conditions on the rows of a source. `equal` is the number of leading sort keys that are equal in all its rows; only
 * the others are compared with a cursor.
 */
export type SourceCondition = (row: Row, equal?: number) => Sql;

/** The requested rows of a listing: the first `limit` after a row. */
export interface PageBounds {
  readonly limit: number;
  /** The reading direction: that of the listing, or the opposite for `last`. */
  readonly isDescending: boolean;
  /** Sort keys of the row after which the page begins; null at the start. */
  readonly beyond: readonly Param[] | null;
}

/** Sources of the rows of a listing. Each is sorted and limited by itself, then they are merged. */
export interface Sources {
  /** SQL before the sources, such as `with name as materialized (…)`; may be empty. */
  readonly shared: Sql;
  readonly sources: readonly Source[];
}

export interface Source {
  /** A row of the source, with every sort key of the listing. */
  readonly row: Row;
  /** `from … where …` */
  readonly from: Sql;
}
