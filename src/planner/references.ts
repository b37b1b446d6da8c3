import type { Param } from './sql.js';

/** An argument of an operation that names objects of reference data by their codes. */
export interface ReferenceArgument {
  /** The table that has the codes. */
  readonly table: string;
  /** A code or a list of codes. */
  readonly codes: Param;
  /** Name of the argument, for the client. */
  readonly argument: string;
}
