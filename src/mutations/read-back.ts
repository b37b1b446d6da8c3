import { one } from '../planner/fields.js';
import type { Read, ReadType } from '../planner/model.js';
import { Param, sql } from '../planner/sql.js';

/** Name of the variable that holds the key of the written row. No variable of a client can have this name. */
export const WRITTEN_KEY = '#written';

/** A payload field that answers the written row: how to read it, and which row it is. */
export interface ReadBack {
  readonly read: Read;
  /** Value of the column that identifies the row. */
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

/** Makes a ReadBack of a row that the value of a column identifies. */
export function readBackBy(type: ReadType, column: string, pgType: string): (written: string) => ReadBack {
  const bound = new Param(pgType, (variables) => variables[WRITTEN_KEY]);
  const read = one(type, (row) => sql`${row(column)} = ${bound}`);
  return (written) => ({ read, written });
}
