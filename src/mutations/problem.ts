import type { UserErrorCode } from '../domain/vocabularies.js';

/**
 * Reasons for which a write is rejected and that the caller can correct, with the code that clients see. The message
 * of each is in the catalogs under `userErrors.<reason>`.
 */
export const REASONS = {
  REQUIRED: 'REQUIRED',
  NOTHING_TO_READ: 'REQUIRED',
  NOTHING_GIVEN: 'REQUIRED',
  CONTROL_CHARACTER: 'INVALID',
  INVALID_URL: 'INVALID',
  INTERVAL: 'INVALID',
  SOURCE_STATUS: 'INVALID',
  SOURCE_LOCALE: 'INVALID',
  NO_NARRATIVE: 'INVALID',
  AUDIENCE: 'INVALID',
  NAMED_TWICE: 'INVALID',
  TOO_LONG: 'TOO_LONG',
  TOO_MANY: 'TOO_LONG',
  IN_THE_FUTURE: 'OUT_OF_RANGE',
  BEFORE_RECORD: 'OUT_OF_RANGE',
  NUMBER: 'OUT_OF_RANGE',
  OUTSIDE_AREA: 'OUT_OF_RANGE',
  NOT_FOUND: 'NOT_FOUND',
  UNKNOWN_REFERENCE: 'UNKNOWN_REFERENCE',
  LOOKALIKE: 'UNKNOWN_REFERENCE',
  STALE_VERSION: 'STALE_VERSION',
  RETRACTED: 'NOT_ALLOWED_NOW',
  NOT_ORIGINATOR: 'NOT_ALLOWED_NOW',
  FOUR_EYES: 'NOT_ALLOWED_NOW',
  NOT_JOINT: 'NOT_ALLOWED_NOW',
  UNCHANGED: 'ALREADY_DONE',
  SAME_VERDICT: 'ALREADY_DONE',
  SAME_STATUS: 'ALREADY_DONE',
  ALREADY_RELEASED: 'ALREADY_DONE',
  ALREADY_CONSENTED: 'ALREADY_DONE',
  IDEMPOTENCY_MISMATCH: 'IDEMPOTENCY_MISMATCH',
} as const satisfies Record<string, UserErrorCode>;

type Reason = keyof typeof REASONS;

export interface Problem {
  readonly reason: Reason;
  /** Path into the operation's arguments: input, title, text. */
  readonly field: readonly string[];
  /** Variables of the message. */
  readonly variables?: Readonly<Record<string, string | number>>;
}

/** Rejects a write, which then changes nothing. */
export class InvalidWriteError extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(({ reason, field }) => `${field.join('.')}: ${reason}`).join(', '));
  }
}

/** Throws InvalidWriteError unless the list is empty. */
export function throwProblems(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new InvalidWriteError(problems);
}
