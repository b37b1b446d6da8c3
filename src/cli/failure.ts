import { CommanderError } from 'commander';
import { ConfigError } from '../common/config.js';
import { errorMessage } from '../common/thrown.js';
import { describeProblem, ImportError } from '../csv/problem.js';
import { print, type Terminal } from './terminal.js';

/** Exit codes of every command. */
export const EXIT = { ok: 0, failure: 1, usage: 2 } as const;

/** Options that are valid each but not together. */
export class UsageError extends Error {}

/** Prints the error on stderr, with the stack only at log level debug, and returns the exit code. */
export function reportFailure(error: unknown, { stderr, env }: Terminal): number {
  // Commander has printed it already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof ImportError) {
    for (const problem of error.problems) print(stderr, describeProblem(problem));
    if (error.unlisted > 0) print(stderr, `… and ${error.unlisted} more`);
  }
  print(stderr, `error: ${errorMessage(error)}`);
  if (env.MERZILI_LOG_LEVEL === 'debug' && error instanceof Error) print(stderr, error.stack ?? '');
  return error instanceof UsageError || error instanceof ConfigError ? EXIT.usage : EXIT.failure;
}
