/**
 * Milliseconds that a request's statements held connections, by pool. Waiting for a connection does not count, nor
 * does waiting behind other statements of the same connection. Statements that fail count like any other.
 */
export interface StatementTime {
  quickMs: number;
  heavyMs: number;
  /** Transactions, from their first statement to their last. */
  writeMs: number;
}

export function noStatementTime(): StatementTime {
  return { quickMs: 0, heavyMs: 0, writeMs: 0 };
}
