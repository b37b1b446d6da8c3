import { type Logger, pino } from 'pino';
import type { Config } from '../common/config.js';
import type { AnsweredRequest } from '../context/request-record.js';
import { type LogSink, standardError } from './log-sink.js';

/** What a terminal or an editor could take for the end of a line, or for turning it round. */
const UNSAFE = /[\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g;

export interface Log {
  readonly logger: Logger;
  /** Writes out what is still to be written, as far as somebody reads it. */
  end(): Promise<void>;
}

/** Structured log on standard error: JSON, one line for each entry whatever it holds. */
export function openLog(level: Config['logLevel'], outlet: LogSink = standardError()): Log {
  const logger = pino(
    { level, base: null, serializers: { err: errorEntry } },
    { write: (line: string) => outlet.write(oneLine(line)) },
  );
  return { logger, end: () => outlet.end() };
}

/** JSON text with everything escaped that is not plainly part of its line. */
function oneLine(line: string): string {
  const text = line.endsWith('\n') ? line.slice(0, -1) : line;
  if (text.search(UNSAFE) < 0) return line;
  return `${text.replace(UNSAFE, (unsafe) => `\\u${unsafe.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}

/**
 * What the log says of an error. Errors of the database say where, but not with which values: their
 * messages, details, statements and parameters hold texts of the record.
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

/** The error PostgreSQL gave, itself or below what TypeORM or graphql-js made of it. */
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

/** Where it was thrown, without the message that begins a stack. */
function frames({ stack = '' }: Error): string[] {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trim());
}

/** The line every request leaves: who asked for what, what it cost, and how it ended. */
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
