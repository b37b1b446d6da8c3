import type { ReadStatement } from '../database/pipeline.js';
import type { StatementTime } from '../database/statement-time.js';
import type { Audience } from '../domain/scopes.js';

/** Runs a statement under the role of the audience and returns its one row: JSON texts in UTF-8. */
export type ReadRow = (
  audience: Audience,
  statement: ReadStatement,
  isHeavy: boolean,
  time?: StatementTime,
) => Promise<readonly Buffer[]>;
