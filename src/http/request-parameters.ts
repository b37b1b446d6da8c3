import type { IncomingMessage } from 'node:http';
import { isStorable, isStorableJson } from '../common/utf8.js';
import { MAX_BODY_BYTES } from '../domain/limits.js';
import { type BodyShare, isJsonInUtf8, parseJsonBody, readBody } from './request-body.js';
import type { ErrorResponse } from './request-handling.js';

/** Where the parameters of a GraphQL request are: in the body of a POST, in the query string of a GET. */
export type Parameters =
  | { readonly method: 'POST'; readonly search: string; readonly body: unknown }
  | { readonly method: 'GET'; readonly search: string; readonly body: undefined };

const PERCENT_ENCODED = /(?:%[0-9a-f]{2})+/gi;

/** Reads the parameters of a request at /graphql, or says why it is refused. */
export async function readParameters(
  request: IncomingMessage,
  share: BodyShare,
): Promise<Parameters | ErrorResponse> {
  const search = searchOf(request);
  if (request.method === 'GET') {
    if (!isUtf8Search(search)) return { code: 'BAD_REQUEST', reason: 'NOT_UTF8' };
    const named = search.replace(/([?&])operationName=(?=&|$)/, '$1');
    return unstorableText(parametersOf(named)) ?? { method: 'GET', search: named, body: undefined };
  }
  if (request.method !== 'POST') {
    return { code: 'BAD_REQUEST', status: 405, headers: { Allow: 'GET, POST, OPTIONS' } };
  }
  if (!isJsonInUtf8(request.headers['content-type'])) return { code: 'UNSUPPORTED_MEDIA_TYPE' };
  const bytes = await readBody(request, MAX_BODY_BYTES, share);
  if (bytes === 'too long') {
    return { code: 'PAYLOAD_TOO_LARGE', extensions: { maximum: MAX_BODY_BYTES } };
  }
  if (bytes === 'too many') return overloaded();
  let body: unknown;
  try {
    body = parseJsonBody(bytes);
  } catch {
    return { code: 'BAD_REQUEST' };
  }
  if (Array.isArray(body)) return { code: 'BAD_REQUEST' };
  // Only an escape can bring such a character into JSON in UTF-8.
  const refused = bytes.includes('\\u') ? unstorableText(body) : null;
  return refused ?? { method: 'POST', search, body: withoutEmptyName(body) };
}

/** The parameters of an operation; an empty operation name is none, as many clients send it. */
function withoutEmptyName(parameters: unknown): unknown {
  const isNamed =
    typeof parameters !== 'object' ||
    parameters === null ||
    !('operationName' in parameters) ||
    parameters.operationName !== '';
  return isNamed ? parameters : { ...parameters, operationName: null };
}

function overloaded(): ErrorResponse {
  return { code: 'SERVICE_UNAVAILABLE', extensions: { retryable: true }, headers: { 'Retry-After': '1' } };
}

/** The parameters of a GET as the body of a POST would have them; null when `variables` is not JSON. */
export function parametersOf(search: string): object | null {
  const { variables, ...parameters } = Object.fromEntries(new URLSearchParams(search));
  try {
    return variables === undefined ? parameters : { ...parameters, variables: JSON.parse(variables) };
  } catch {
    return null;
  }
}

/**
 * Refuses parameters with NUL or half of a surrogate pair in any text or name, on every transport: the
 * database stores neither. Names the variable that has it.
 */
export function unstorableText(parameters: unknown): ErrorResponse | null {
  if (isStorableJson(parameters)) return null;
  const variable = variablesOf(parameters).find((entry) => !isStorableJson(entry))?.[0];
  const extensions = variable !== undefined && isStorable(variable) ? { argument: `$${variable}` } : {};
  return { code: 'BAD_USER_INPUT', reason: 'UNSTORABLE_TEXT', extensions };
}

function variablesOf(parameters: unknown): [string, unknown][] {
  if (typeof parameters !== 'object' || parameters === null || !('variables' in parameters)) return [];
  const { variables } = parameters;
  return typeof variables === 'object' && variables !== null ? Object.entries(variables) : [];
}

function searchOf({ url = '/' }: IncomingMessage): string {
  const start = url.indexOf('?');
  return start < 0 ? '' : url.slice(start);
}

/** Whether the percent-encoded bytes are UTF-8. URLSearchParams would replace those that are not. */
function isUtf8Search(search: string): boolean {
  try {
    for (const [bytes] of search.matchAll(PERCENT_ENCODED)) decodeURIComponent(bytes);
    return true;
  } catch {
    return false;
  }
}
