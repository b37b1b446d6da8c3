import type { GraphQLResponse, HTTPGraphQLHead } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import { inUtf8, ResponseText } from '../planner/response-text.js';

/**
 * The only place that uses Apollo Server in an unintended way: `data` and `extensions` pass through it as ready JSON
 * text (docs/decisions/0016-ready-text-through-apollo.md). Apollo must pass both to `stringifyResult` unchanged, and
 * return its string unchanged. test/http/apollo-contract.unit.test.ts checks it.
 */

/** A result whose parts can be JSON text. */
interface ReadyResult {
  readonly data?: ResponseText | null;
  readonly errors?: readonly GraphQLFormattedError[];
  readonly extensions?: ResponseText;
}

type SingleResult = Extract<GraphQLResponse['body'], { kind: 'single' }>['singleResult'];

/** The response that a plugin returns to Apollo. Apollo's type allows only objects. */
export function readyResponse(result: ReadyResult, http: HTTPGraphQLHead): GraphQLResponse {
  return { http, body: { kind: 'single', singleResult: result as object as SingleResult } };
}

/** Option `stringifyResult` of Apollo: the response in UTF-8, each byte as one character. */
export function stringifyResult(result: { data?: unknown; errors?: unknown; extensions?: unknown }): string {
  const { data, errors, extensions } = result;
  let text = '{';
  if (errors !== undefined) text += `"errors":${jsonBytes(errors)}`;
  if (data !== undefined) text += `${text.length > 1 ? ',' : ''}"data":${jsonBytes(data)}`;
  if (extensions !== undefined) text += `${text.length > 1 ? ',' : ''}"extensions":${jsonBytes(extensions)}`;
  return `${text}}`;
}

function jsonBytes(value: unknown): string {
  return value instanceof ResponseText ? value.bytes : inUtf8(JSON.stringify(value));
}

/** A part of a result as an object, for transports that embed it in their messages. */
export function objectOf<T>(part: T): T {
  return part instanceof ResponseText ? JSON.parse(part.text) : part;
}
