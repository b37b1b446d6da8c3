import { DatabaseError } from 'pg';
import { codeOf } from '../common/thrown.js';

/** States of a server that is full, starts or stops. They refuse everybody, not this role. */
const STATES_OF_SERVER = /^(53|57P0)/;
/** A pooler answers its own refusal, and that of PostgreSQL behind it, as a violation of the protocol. */
const PROTOCOL_VIOLATION = '08P01';

/** PostgreSQL answers, and does not let the role log in: it counts as unavailable until an administrator mends it. */
export class LoginRefusedError extends Error {
  readonly code: string;

  constructor(role: string, cause: Error) {
    super(`The database refuses to log in ${role}: ${cause.message}`, { cause });
    this.code = codeOf(cause);
  }
}

/** Receives the outcome of attempts to log in as a role. Attempts without an answer have none. */
export interface LoginObserver {
  succeeded(role: string): void;
  refused(role: string, error: LoginRefusedError): void;
}

/** Whether the failure to connect concerns the role: its password, its rights, or `pg_hba.conf`. */
export function isLoginRefusal(error: unknown): error is Error {
  if (!(error instanceof DatabaseError)) return false;
  const code = codeOf(error);
  if (code === PROTOCOL_VIOLATION) return /authentication|login failed/i.test(error.message);
  return !STATES_OF_SERVER.test(code);
}
