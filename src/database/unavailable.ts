import { setTimeout as delay } from 'node:timers/promises';
import { CodedError } from '../common/errors.js';
import { codeOf } from '../common/thrown.js';
import { LoginRefusedError } from './login-refusal.js';

/** SQLSTATE classes and codes of a database that is temporarily unavailable, or read-only (25006). */
const TRANSIENT_STATES = /^(08|53|57P0|57014|25006)/;
const TRANSIENT_SYSTEM_ERRORS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOENT',
  'EHOSTUNREACH',
]);
/** Errors that pg itself makes have no code. */
const TRANSIENT_MESSAGES =
  /Connection terminated|connection error and is not queryable|was closed and is not queryable|timeout/i;

/** SERVICE_UNAVAILABLE. The client may repeat the request: idempotency keys and versions prevent a second effect. */
export function unavailable(): CodedError {
  return new CodedError('SERVICE_UNAVAILABLE', { extensions: { retryable: true } });
}

/** Whether an error is SERVICE_UNAVAILABLE, so that the same request may be repeated. */
export function isUnavailable(error: unknown): error is CodedError {
  return error instanceof CodedError && error.code === 'SERVICE_UNAVAILABLE';
}

const RETRY_INTERVAL_MS = 250;

/** Repeats `read` for up to `timeoutMs` while it fails with SERVICE_UNAVAILABLE. */
export async function retryWhileUnavailable<T>(timeoutMs: number, read: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (!isUnavailable(error) || performance.now() > deadline) throw error;
      await delay(RETRY_INTERVAL_MS);
    }
  }
}

/** Whether an error of pg concerns the connection or the server, not the statement. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return (
    error instanceof LoginRefusedError ||
    TRANSIENT_STATES.test(code) ||
    TRANSIENT_SYSTEM_ERRORS.has(code) ||
    (code === '' && TRANSIENT_MESSAGES.test(error.message))
  );
}

const LOST_STATES = /^(57P01|57P02|08003|08006)$/;
const LOST_SYSTEM_ERRORS = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT']);
const LOST_MESSAGES = /Connection terminated|is not queryable/i;

/**
 * Whether an established connection was lost, so that repeating a read on a new one may help. A failed attempt to
 * connect does not count: repeating it would only double the wait. A statement that timed out does not count: it
 * would hold another connection for as long.
 */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  if (code === '') return LOST_MESSAGES.test(error.message) && !/timeout expired/.test(error.message);
  return LOST_STATES.test(code) || LOST_SYSTEM_ERRORS.has(code);
}
