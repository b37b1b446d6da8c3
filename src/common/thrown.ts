/**
 * The message of an error. If all addresses of a host fail, the message of Node is empty, and those of its parts are
 * joined.
 */
export function errorMessage(error: unknown): string {
  if (error instanceof AggregateError && error.message === '')
    return error.errors.map(errorMessage).join('; ');
  if (!(error instanceof Error)) return String(error);
  return error.message === '' ? error.name : error.message;
}

/** The code that Node or PostgreSQL gave an error, such as ENOENT or 40001; empty if it has none. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
