import { type ASTNode, GraphQLError, type GraphQLErrorOptions } from 'graphql';

/**
 * The closed list of codes a client can meet in `errors[].extensions.code`, with the HTTP status each
 * is answered with when it ends the whole request. Messages live in the catalogs under `errors.<CODE>`;
 * codes never change and are never translated.
 */
export const ERROR_STATUS = {
  /** No token, or one that does not verify; always the same answer. */
  UNAUTHENTICATED: 401,
  /** The role or the token lacks the scope. `extensions`: scope, role, granted (to the role), held (by the token). */
  FORBIDDEN: 403,
  /** The document does not parse. */
  GRAPHQL_PARSE_FAILED: 400,
  /** The document does not fit the schema. */
  GRAPHQL_VALIDATION_FAILED: 400,
  /** No or several operations where one was to be named. */
  OPERATION_RESOLUTION_FAILURE: 400,
  /** An argument or variable is outside what it takes. `extensions`: argument. */
  BAD_USER_INPUT: 400,
  /** What a write acts on does not exist, or is not shown to the viewer: always the same answer. */
  NOT_FOUND: 404,
  /** The HTTP request is not one of GraphQL over HTTP. */
  BAD_REQUEST: 400,
  /** The document exceeds a limit. `extensions`: limit, maximum. */
  LIMIT_EXCEEDED: 400,
  /** The subject's budget of cost is used up. `extensions`: retryAfter (seconds, as in Retry-After), retryable. */
  RATE_LIMITED: 429,
  /** The server answers only documents it was told of beforehand, and this is none of them. */
  DOCUMENT_NOT_TRUSTED: 403,
  /** The server does not register documents by their hashes as clients ask; send the document (Apollo's clients do). */
  PERSISTED_QUERY_NOT_SUPPORTED: 200,
  /** The body is larger than the server takes. */
  PAYLOAD_TOO_LARGE: 413,
  /** The content type is not application/json in UTF-8. */
  UNSUPPORTED_MEDIA_TYPE: 415,
  /** The database is not to be had just now; try again. `extensions`: retryable. */
  SERVICE_UNAVAILABLE: 503,
  /** Ours. `extensions`: id, which is in the log. */
  INTERNAL_SERVER_ERROR: 500,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof ERROR_STATUS;

/**
 * An error a client may see: a code and what its message needs. It is translated once, on the way out.
 * Everything else that is thrown leaves as INTERNAL_SERVER_ERROR.
 */
export class CodedError extends GraphQLError {
  readonly code: ErrorCode;
  /** Catalog key under `errors`, when one code has several messages. */
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

  /** The same error as the end of the whole request, which HTTP is told of by its status (and headers). */
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
