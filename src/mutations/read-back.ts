import { one } from '../planner/fields.js';
import type { Read, ReadType } from '../planner/model.js';
import { Param, sql } from '../planner/sql.js';

/** Name under which what was written travels beside the variables; no variable can have it. */
export const WRITTEN_KEY = '#written';

/** What a payload answers with an object that was written: how it is read, and which one it is. */
export interface ReadBack {
  readonly read: Read;
  /** Value of the column that names it. */
  readonly written: string;
}

export function isReadBack(value: unknown): value is ReadBack {
  return (
    typeof value === 'object' &&
    value !== null &&
    'read' in value &&
    typeof value.read === 'function' &&
    'written' in value &&
    typeof value.written === 'string'
  );
}

/** A way to read one row back by the value of a column. */
export function readBackBy(type: ReadType, column: string, pgType: string): (written: string) => ReadBack {
  const bound = new Param(pgType, (variables) => variables[WRITTEN_KEY]);
  const read = one(type, (row) => sql`${row(column)} = ${bound}`);
  return (written) => ({ read, written });
}
