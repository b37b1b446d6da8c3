import {
  BREAK,
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  parse,
  SingleFieldSubscriptionsRule,
  type StringValueNode,
  specifiedRules,
  validate,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import { CodedError, ERROR_STATUS, type ErrorCode } from '../common/errors.js';
import { isStorable } from '../common/utf8.js';
import { exceededLimit, LIMITS, limitExceeded } from './limits.js';
import { singleFieldSubscriptions } from './single-field-subscriptions.js';

const MAX_CACHED_DOCUMENTS = 2_000;
/** Maximum text of all cached documents, in UTF-16 code units. */
const MAX_CACHED_TEXT = 20_000_000;
/** graphql-js has no code for this error. */
const TOO_MANY_TOKENS = /Document contains more tha[nt] \d+ tokens/;

export type Examined = { readonly document: DocumentNode } | { readonly errors: readonly GraphQLError[] };

export interface Documents {
  /**
   * Parses, limits and validates a document, the same for every transport. Valid documents are cached by their text.
   * Errors carry code and HTTP status.
   */
  examine(text: string): Examined;
}

export function openDocuments(schema: GraphQLSchema): Documents {
  const cache = new LRUCache<string, { document: DocumentNode }>({
    max: MAX_CACHED_DOCUMENTS,
    maxSize: MAX_CACHED_TEXT,
    sizeCalculation: (_value, text) => text.length + 1,
  });

  function examineAnew(text: string): Examined {
    const parsed = parseDocument(text);
    if ('errors' in parsed) return parsed;
    const { document } = parsed;
    const exceeded = exceededLimit(schema, document);
    if (exceeded !== null) return refused(limitExceeded(exceeded));
    const errors = validationErrors(schema, document);
    if (errors.length > 0) {
      return {
        errors: errors
          .slice(0, LIMITS.validationErrors)
          .map((error) => coded(error, 'GRAPHQL_VALIDATION_FAILED')),
      };
    }
    const examined = { document };
    cache.set(text, examined);
    return examined;
  }

  return { examine: (text) => cache.get(text) ?? examineAnew(text) };
}

const RULES = specifiedRules.map((rule) =>
  rule === SingleFieldSubscriptionsRule ? singleFieldSubscriptions : rule,
);

/** Rules of graphql-js may throw an error instead of reporting it. */
function validationErrors(schema: GraphQLSchema, document: DocumentNode): readonly GraphQLError[] {
  try {
    return validate(schema, document, RULES, { maxErrors: LIMITS.validationErrors });
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

function parseDocument(text: string): Examined {
  let document: DocumentNode;
  try {
    document = parse(text, { maxTokens: LIMITS.tokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    if (TOO_MANY_TOKENS.test(error.message)) return refused(limitExceeded('tokens'));
    return { errors: [coded(error, 'GRAPHQL_PARSE_FAILED')] };
  }
  const unstorable = text.includes('\\u') ? unstorableLiteral(document) : null;
  if (unstorable === null) return { document };
  return refused(new CodedError('BAD_USER_INPUT', { reason: 'UNSTORABLE_TEXT', nodes: unstorable }));
}

/** A text in the document that PostgreSQL cannot store: an escape has brought NUL into it. */
function unstorableLiteral(document: DocumentNode): StringValueNode | null {
  let found: StringValueNode | null = null;
  visit(document, {
    StringValue(node) {
      if (isStorable(node.value)) return undefined;
      found = node;
      return BREAK;
    },
  });
  return found;
}

function refused(error: CodedError): Examined {
  return { errors: [error.endingRequest()] };
}

/** An error of graphql-js under one of our codes. */
function coded(error: GraphQLError, code: ErrorCode): GraphQLError {
  return new GraphQLError(error.message, {
    nodes: error.nodes,
    source: error.source,
    positions: error.positions,
    path: error.path,
    extensions: { code, http: { status: ERROR_STATUS[code] } },
  });
}
