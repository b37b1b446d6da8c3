import { noStatementTime, type StatementTime } from '../database/statement-time.js';

/** Values collected while a request is answered, for the log entry and the metrics. */
export interface RequestRecord {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Name of the operation in its document; null without one. */
  operation: string | null;
  /** Units of cost used. */
  cost: number;
  readonly time: StatementTime;
  /** Fields that JavaScript composed for it, such as digests. */
  composed: number;
  /** Distinct codes of the errors in the answer. */
  codes: string[];
}

export function newRecord(): RequestRecord {
  return { startedAt: Date.now(), operation: null, cost: 0, time: noStatementTime(), composed: 0, codes: [] };
}

/** The log entry of an answered request. */
export interface AnsweredRequest extends RequestRecord {
  readonly requestId: string;
  /** Null if the token is invalid. */
  readonly viewer: { readonly subject: string; readonly nation: string | null } | null;
  readonly status: number;
  readonly durationMs: number;
}

export function answeredRequest(
  { startedAt, operation, cost, time, composed, codes }: RequestRecord,
  requestId: string,
  viewer: AnsweredRequest['viewer'],
  status: number,
  durationMs: number,
): AnsweredRequest {
  // Listed one by one: spreading objects is slow in Node 20, and the results are collected late.
  return { startedAt, operation, cost, time, composed, codes, requestId, viewer, status, durationMs };
}
