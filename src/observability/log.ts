import { type Logger, pino } from 'pino';
import type { Config } from '../common/config.js';
import type { AnsweredRequest } from '../context/request-record.js';
import { type LogSink, standardError } from './log-sink.js';

/** Characters that a terminal or editor could take for a line end or a change of direction. */
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

interface Log {
  readonly logger: Logger;
  /** Writes the remaining lines. */
  end(): Promise<void>;
}

/** Structured log on standard error: JSON, always one line for each entry. */
export function openLog(level: Config['logLevel'], sink: LogSink = standardError()): Log {
  const logger = pino(
    { level, base: null, serializers: { err: errorEntry } },
    { write: (line: string) => sink.write(oneLine(line)) },
  );
  return { logger, end: () => sink.end() };
}

/** JSON text in which all characters with an effect on the line are escaped. */
function oneLine(line: string): string {
  const text = line.endsWith('\n') ? line.slice(0, -1) : line;
  if (text.search(UNSAFE) < 0) return line;
  return `${text.replace(UNSAFE, (unsafe) => `\\u${unsafe.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}

/**
 * The log entry of an error. Errors of the database are logged without their messages, details, statements and
 * parameters, which contain texts of records.
 */
function errorEntry(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const cause = databaseError(error);
  if (cause) {
    const { code, table, column, constraint, routine } = cause;
    return { type: error.name, code, table, column, constraint, routine, at: frames(error) };
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { type: error.name, code, message: error.message, at: frames(error) };
}

interface DatabaseError {
  readonly code: string;
  readonly table?: unknown;
  readonly column?: unknown;
  readonly constraint?: unknown;
  readonly routine?: unknown;
}

/** The PostgreSQL error in a chain of causes of TypeORM or graphql-js. */
function databaseError(error: Error): DatabaseError | null {
  for (const candidate of [
    error,
    property(error, 'driverError'),
    property(error, 'originalError'),
    error.cause,
  ]) {
    if (isDatabaseError(candidate)) return candidate;
    const inner = candidate instanceof Error ? property(candidate, 'driverError') : undefined;
    if (isDatabaseError(inner)) return inner;
  }
  return null;
}

function property(value: object, name: string): unknown {
  return name in value ? (value as Record<string, unknown>)[name] : undefined;
}

function isDatabaseError(value: unknown): value is DatabaseError & Error {
  return value instanceof Error && 'severity' in value && 'code' in value && typeof value.code === 'string';
}

/** The stack without the message that begins it. */
function frames({ stack = '' }: Error): string[] {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());
}

/** Logs a request: who, which operation, its cost and its result. */
export function logRequest(logger: Logger, request: AnsweredRequest): void {
  logger.info(
    {
      requestId: request.requestId,
      subject: request.viewer?.subject,
      nation: request.viewer?.nation,
      operation: request.operation,
      cost: request.cost,
      ms: Math.round(request.durationMs * 100) / 100,
      status: request.status,
      outcome: request.codes.length === 0 ? 'ok' : request.codes.join(' '),
    },
    'request',
  );
}
