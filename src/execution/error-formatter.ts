import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError, Kind } from 'graphql';
import type { Logger } from 'pino';
import type { Viewer } from '../auth/viewer.js';
import { CodedError, ERROR_STATUS, type ErrorCode } from '../common/errors.js';
import type { RequestContext } from '../context/request-context.js';
import type { Locale } from '../domain/locale.js';
import { translator } from '../i18n/labels.js';

/** Codes whose English message shows a developer what is wrong with the document or the variables. */
const TECHNICAL_CODES: ReadonlySet<string> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_SUPPORTED',
  'BAD_REQUEST',
]);

/** Codes whose English messages name types, fields, arguments or values of the schema. */
const SCHEMA_REVEALING_CODES: ReadonlySet<string> = new Set(['GRAPHQL_VALIDATION_FAILED', 'BAD_USER_INPUT']);

/**
 * An error in the form for clients: a message in the language of the request, a code, and the documented extensions
 * of the code. Any other error becomes INTERNAL_SERVER_ERROR with the id that `log` returns. With `hidesSchema`, the
 * answer states where the document is wrong but names nothing of the schema.
 */
function formatError(
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
      ...locationOf(error instanceof GraphQLError ? error : coded),
      extensions,
    };
  }
  if (error instanceof GraphQLError && isFromGraphql(error.originalError)) {
    const code = technicalCode(error);
    if (code !== null && hidesSchema && SCHEMA_REVEALING_CODES.has(code)) {
      return {
        message: t(`errors.${code}`),
        ...locationOf(error),
        extensions: { code, ...variableOf(error) },
      };
    }
    if (code !== null) {
      const prefix = locale === 'EN' ? '' : `${t(`errors.${code}`)} `;
      return { message: `${prefix}${error.message}`, ...locationOf(error), extensions: { code } };
    }
  }
  const id = log(error);
  return {
    message: t('errors.INTERNAL_SERVER_ERROR'),
    ...(error instanceof GraphQLError ? locationOf(error) : {}),
    extensions: { code: 'INTERNAL_SERVER_ERROR', id },
  };
}

/** Formats errors for clients, the same for every transport, and adds their codes to the request record. */
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
    const formatted = errors.map((error) => formatError(error, locale, log, hidesSchema));
    if (record) record.codes = [...new Set(formatted.map(({ extensions }) => String(extensions?.code)))];
    return formatted;
  };
}

function codedCause(error: unknown): CodedError | null {
  if (error instanceof CodedError) return error;
  return error instanceof GraphQLError && error.originalError instanceof CodedError
    ? error.originalError
    : null;
}

/** Whether graphql-js or Apollo made the error, possibly from another of their errors. */
function isFromGraphql(original: Error | undefined): boolean {
  return original === undefined || original instanceof GraphQLError;
}

function technicalCode(error: GraphQLError): ErrorCode | null {
  const { code } = error.extensions;
  if (typeof code !== 'string' || !TECHNICAL_CODES.has(code)) return null;
  return code in ERROR_STATUS ? (code as ErrorCode) : null;
}

/** The variable of the document that has an invalid value. */
function variableOf({ nodes = [] }: GraphQLError): { argument?: string } {
  const [node] = nodes;
  return node?.kind === Kind.VARIABLE_DEFINITION ? { argument: `$${node.variable.name.value}` } : {};
}

function locationOf({ locations, path }: GraphQLError): Pick<GraphQLFormattedError, 'locations' | 'path'> {
  return { ...(locations ? { locations } : {}), ...(path ? { path } : {}) };
}
