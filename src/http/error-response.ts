import { HeaderMap, type HTTPGraphQLHead } from '@apollo/server';
import { GraphQLError, Kind } from 'graphql';
import { CodedError } from '../common/errors.js';

/** The negotiated type of a client that reads the body and not the status: GraphQL over HTTP, 6.4.1. */
const JSON_BY_NAME = 'application/json';

/** Status and headers of an answer with errors: those in `extensions.http` of the errors; the last one wins. */
export function errorHead(
  errors: readonly unknown[],
  accept: string,
  defaultStatus: number,
): HTTPGraphQLHead {
  const headers = new HeaderMap();
  let status = defaultStatus;
  for (const error of errors) {
    const http = error instanceof GraphQLError ? error.extensions.http : undefined;
    if (!isPartialHead(http)) continue;
    status = http.status ?? status;
    for (const [name, value] of http.headers ?? []) headers.set(name, value);
  }
  const isReadFromBody = accept === JSON_BY_NAME && errors.every(isRequestError);
  return { status: isReadFromBody ? 200 : status, headers };
}

/** What an error's `extensions.http` holds: see CodedError.endingRequest. */
function isPartialHead(value: unknown): value is { status?: number; headers?: Map<string, string> } {
  return (
    typeof value === 'object' &&
    value !== null &&
    (!('status' in value) || typeof value.status === 'number') &&
    (!('headers' in value) || value.headers instanceof Map)
  );
}

/** Whether graphql-js rejected the document or its variables. */
function isRequestError(error: unknown): boolean {
  if (!(error instanceof GraphQLError) || error instanceof CodedError) return false;
  const { code } = error.extensions;
  return code === 'GRAPHQL_PARSE_FAILED' || code === 'GRAPHQL_VALIDATION_FAILED' || isVariableError(error);
}

/** Whether a variable has a wrong value. */
function isVariableError({ nodes }: GraphQLError): boolean {
  return nodes?.[0]?.kind === Kind.VARIABLE_DEFINITION;
}
