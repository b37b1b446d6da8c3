import { setTimeout as delay } from 'node:timers/promises';
import { CodedError } from '../common/errors.js';
import { codeOf } from '../common/thrown.js';

/** SQLSTATE classes and codes that mean: the database is not to be had just now. */
const PASSING_STATES = /^(08|53|57P0|57014)/;
const PASSING_SYSTEM_ERRORS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  'EHOSTUNREACH',
]);
/** pg's own errors carry no code. */
const PASSING_MESSAGES =
  /Connection terminated|connection error and is not queryable|was closed and is not queryable|timeout/i;

/** SERVICE_UNAVAILABLE: the same request may be sent again, and is done once; its key or its version sees to that. */
export function unavailable(): CodedError {
  return new CodedError('SERVICE_UNAVAILABLE', { extensions: { retryable: true } });
}

/** Whether it was refused as unavailable, and the same may be asked again. */
export function isUnavailable(error: unknown): error is CodedError {
  return error instanceof CodedError && error.code === 'SERVICE_UNAVAILABLE';
}

/** Between two attempts. */
const PAUSE_MS = 250;

/** Reads again when the database is not to be had, for as long as there is patience. */
export async function untilAvailable<T>(patienceMs: number, read: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!isUnavailable(error) || performance.now() > giveUpAt) throw error;
      await delay(PAUSE_MS);
    }
  }
}

/** Whether an error of pg speaks of the connection or the server, not of the statement. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return (
    PASSING_STATES.test(code) ||
    PASSING_SYSTEM_ERRORS.has(code) ||
    (code === '' && PASSING_MESSAGES.test(error.message))
  );
}

/** What is said of a connection that was there and is gone; a fresh one may serve. */
const LOST_STATES = /^(57P01|57P02|08003|08006)$/;
const LOST_SYSTEM_ERRORS = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT']);
const LOST_MESSAGES = /Connection terminated|is not queryable|Query read timeout/i;

/**
 * Whether an established connection was lost, so that a read may be tried again on a fresh one. Not so
 * where none was to be had: trying again at once would only make the client wait twice.
 */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  if (code === '') return LOST_MESSAGES.test(error.message) && !/timeout expired/.test(error.message);
  return LOST_STATES.test(code) || LOST_SYSTEM_ERRORS.has(code);
}
