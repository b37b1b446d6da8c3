import { type ASTNode, GraphQLError, type GraphQLErrorOptions } from 'graphql';

/**
 * The closed list of codes in `errors[].extensions.code`, with the HTTP status of a request that fails
 * with one of them as a whole. Messages live in the catalogs under `errors.<CODE>`;
 * codes never change and are never translated.
 */
export const ERROR_STATUS = {
  /** No valid token. The answer is always the same. */
  UNAUTHENTICATED: 401,
  /** The role or the token lacks the scope. `extensions`: scope, role, granted (to the role), held (by the token). */
  FORBIDDEN: 403,
  /** The page that sent the request is of an origin that may not. */
  ORIGIN_NOT_ALLOWED: 403,
  /** The document does not parse. */
  GRAPHQL_PARSE_FAILED: 400,
  /** The document does not fit the schema. */
  GRAPHQL_VALIDATION_FAILED: 400,
  /** The document has no operation of that name, or several operations and no name was given. */
  OPERATION_RESOLUTION_FAILURE: 400,
  /** The value of an argument or variable is not accepted. `extensions`: argument. */
  BAD_USER_INPUT: 400,
  /** An argument names a code that no reference data has. `extensions`: argument. */
  UNKNOWN_REFERENCE: 400,
  /** The HTTP request is no GraphQL request. */
  BAD_REQUEST: 400,
  /** The document exceeds a limit. `extensions`: limit, maximum. */
  LIMIT_EXCEEDED: 400,
  /** The subject's cost budget is exhausted. `extensions`: retryAfter (seconds, as in Retry-After), retryable. */
  RATE_LIMITED: 429,
  /** The server executes only trusted documents, and this is not one. */
  DOCUMENT_NOT_TRUSTED: 403,
  /** The server does not store documents by hash. The client sends the whole document instead. */
  PERSISTED_QUERY_NOT_SUPPORTED: 200,
  /** The body exceeds the size limit. */
  PAYLOAD_TOO_LARGE: 413,
  /** The client accepts no type of answer that the server has. */
  NOT_ACCEPTABLE: 406,
  /** The content type is not application/json in UTF-8. */
  UNSUPPORTED_MEDIA_TYPE: 415,
  /** The database is unavailable; try again. `extensions`: retryable. */
  SERVICE_UNAVAILABLE: 503,
  /** An internal error. `extensions`: id, which is in the log. */
  INTERNAL_SERVER_ERROR: 500,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof ERROR_STATUS;

/**
 * An error that a client may see: a code, and the variables of its message. The formatter translates it once. Any
 * other error reaches the client as INTERNAL_SERVER_ERROR.
 */
export class CodedError extends GraphQLError {
  readonly code: ErrorCode;
  /** Catalog key under `errors`, if one code has several messages. */
  readonly reason: string;
  readonly variables: Readonly<Record<string, string | number>>;

  constructor(
    code: ErrorCode,
    {
      reason = code,
      variables = {},
      extensions = {},
      ...options
    }: Pick<GraphQLErrorOptions, 'nodes' | 'path' | 'source' | 'positions' | 'extensions'> & {
      reason?: string;
      variables?: Readonly<Record<string, string | number>>;
    } = {},
  ) {
    super(reason, { ...options, extensions: { ...extensions, code } });
    this.code = code;
    this.reason = reason;
    this.variables = variables;
  }

  /** The same error for a request that fails as a whole: with the HTTP status, and optional headers. */
  endingRequest(headers: Readonly<Record<string, string>> = {}): CodedError {
    const http = { status: ERROR_STATUS[this.code], headers: new Map(Object.entries(headers)) };
    Object.assign(this.extensions, { http });
    return this;
  }

  /** The same error, one step further up the response path. */
  within(key: string | number, node?: ASTNode): CodedError {
    const { code: _code, ...extensions } = this.extensions;
    return new CodedError(this.code, {
      reason: this.reason,
      variables: this.variables,
      extensions,
      nodes: this.nodes ?? node,
      path: [key, ...(this.path ?? [])],
    });
  }
}
