import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { CodedError, ERROR_STATUS, type ErrorCode } from './errors.js';
import { translator } from './labels/labels.js';
import type { Locale } from './labels/locale.js';

/** Codes whose English message tells a developer what to mend in the document or the variables. */
const TECHNICAL_CODES: ReadonlySet<string> = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_REQUEST',
]);

/**
 * What a client is told of an error: a message in the request's language, a code, and what the code
 * documents. Errors that are not for clients become INTERNAL_SERVER_ERROR; `log` gives them an id.
 */
export function presentError(
  error: unknown,
  locale: Locale,
  log: (cause: unknown) => string,
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
  if (error instanceof GraphQLError && error.originalError === undefined) {
    const code = technicalCode(error);
    if (code !== null) {
      const prefix = locale === 'EN' ? '' : `${t(`errors.${code}`)}: `;
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

function codedCause(error: unknown): CodedError | null {
  if (error instanceof CodedError) return error;
  return error instanceof GraphQLError && error.originalError instanceof CodedError
    ? error.originalError
    : null;
}

function technicalCode(error: GraphQLError): ErrorCode | null {
  const { code } = error.extensions;
  if (typeof code !== 'string' || !TECHNICAL_CODES.has(code)) return null;
  return code in ERROR_STATUS ? (code as ErrorCode) : null;
}

function place({ locations, path }: GraphQLError): Pick<GraphQLFormattedError, 'locations' | 'path'> {
  return { ...(locations ? { locations } : {}), ...(path ? { path } : {}) };
}
