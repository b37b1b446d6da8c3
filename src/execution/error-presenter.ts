import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError, Kind } from 'graphql';
import type { Logger } from 'pino';
import type { Viewer } from '../auth/viewer.js';
import { CodedError, ERROR_STATUS, type ErrorCode } from '../common/errors.js';
import type { RequestContext } from '../context/request-context.js';
import type { Locale } from '../domain/locale.js';
import { translator } from '../i18n/labels.js';

/** Codes whose English message tells a developer what to mend in the document or the variables. */
const TECHNICAL_CODES: ReadonlySet<string> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'BAD_REQUEST',
]);

/** Codes whose English messages name types, fields, arguments and values of the schema, or come close to it. */
const TELLING_CODES: ReadonlySet<string> = new Set(['GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT']);

/**
 * What a client is told of an error: a message in the request's language, a code, and what the code
 * documents. Errors that are not for clients become INTERNAL_SERVER_ERROR; `log` gives them an id.
 * A viewer who may not see the schema (`hidesSchema`) learns where a document is wrong, not what would be right.
 */
function presentError(
  error: unknown,
  locale: Locale,
  log: (cause: unknown) => string,
  hidesSchema: boolean,
): GraphQLFormattedError {
  const t = translator(locale);
  const coded = codedCause(error);
  if (coded) {
    const { http: _http, ...extensions } = coded.extensions;
    return {
      message: t(`errors.${coded.reason}`, coded.variables),
      ...place(error instanceof GraphQLError ? error : coded),
      extensions,
    };
  }
  if (error instanceof GraphQLError && isOfGraphql(error.originalError)) {
    const code = technicalCode(error);
    if (code !== null && hidesSchema && TELLING_CODES.has(code)) {
      return { message: t(`errors.${code}`), ...place(error), extensions: { code, ...variableOf(error) } };
    }
    if (code !== null) {
      const prefix = locale === 'EN' ? '' : `${t(`errors.${code}`)} `;
      return { message: `${prefix}${error.message}`, ...place(error), extensions: { code } };
    }
  }
  const id = log(error);
  return {
    message: t('errors.INTERNAL_SERVER_ERROR'),
    ...(error instanceof GraphQLError ? place(error) : {}),
    extensions: { code: 'INTERNAL_SERVER_ERROR', id },
  };
}

/** Errors as their client is told of them, the same on every transport; notes their codes in the record. */
export type FormatErrors = (
  errors: readonly unknown[],
  context: Pick<RequestContext, 'locale' | 'requestId' | 'viewer' | 'record'>,
) => GraphQLFormattedError[];

export function createErrorFormatter(
  mayIntrospect: (scopes: Viewer['scopes']) => boolean,
  logger: Logger,
): FormatErrors {
  return (errors, { locale, requestId, viewer, record }) => {
    const hidesSchema = !mayIntrospect(viewer.scopes);
    const log = (cause: unknown): string => {
      const id = randomUUID();
      logger.error({ id, requestId, err: cause }, 'internal error');
      return id;
    };
    const presented = errors.map((error) => presentError(error, locale, log, hidesSchema));
    if (record) record.codes = [...new Set(presented.map(({ extensions }) => String(extensions?.code)))];
    return presented;
  };
}

function codedCause(error: unknown): CodedError | null {
  if (error instanceof CodedError) return error;
  return error instanceof GraphQLError && error.originalError instanceof CodedError
    ? error.originalError
    : null;
}

/** Whether an error was made by graphql-js or Apollo, maybe out of another of theirs. */
function isOfGraphql(original: Error | undefined): boolean {
  return original === undefined || original instanceof GraphQLError;
}

function technicalCode(error: GraphQLError): ErrorCode | null {
  const { code } = error.extensions;
  if (typeof code !== 'string' || !TECHNICAL_CODES.has(code)) return null;
  return code in ERROR_STATUS ? (code as ErrorCode) : null;
}

/** The variable of the client's own document that has a wrong value. */
function variableOf({ nodes = [] }: GraphQLError): { argument?: string } {
  const [node] = nodes;
  return node?.kind === Kind.VARIABLE_DEFINITION ? { argument: `$${node.variable.name.value}` } : {};
}

function place({ locations, path }: GraphQLError): Pick<GraphQLFormattedError, 'locations' | 'path'> {
  return { ...(locations ? { locations } : {}), ...(path ? { path } : {}) };
}
