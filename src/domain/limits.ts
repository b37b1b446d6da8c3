import { VOCABULARIES } from './vocabularies.js';

/**
 * Limits of requests and records. The planner, the cost function, the rules for writing, the imports and the schema
 * descriptions use them. Limits of documents (tokens, depth, fields) are in src/demand/limits.ts.
 */

/** Items of a page of a connection. */
export const PAGE_SIZE = { minimum: 1, maximum: 100, default: 20 } as const;

/** Maximum number of ids of `nodes`. */
export const MAX_NODE_IDS = 100;

/** Maximum number of matches that are ranked. If there are more, none is ranked. */
export const MAX_RANKED_MATCHES = 500;

/** Radius of the filter `near`. */
export const MAX_RADIUS_KM = 500;

/** Characters (code points) of each kind of text. */
export const MAX_LENGTH = {
  title: 500,
  narrative: 20_000,
  /** Statement of a claim, remark and note of an assessment, rationale, reason of a retraction. */
  remark: 4_000,
  url: 2_000,
  idempotencyKey: 200,
  tokenId: 128,
  searchText: 200,
  /** Imports only. */
  placeName: 200,
  /** All aliases of a place with the separators between them; imports only. */
  placeAliases: 2_000,
  /** Key of an incident in the file that it is imported from. */
  importKey: 100,
} as const;

/** Items of each kind of list. */
export const MAX_ITEMS = {
  claims: 50,
  casualties: 50,
  provisions: 50,
  /** As many as there are; more could only repeat some. */
  dimensions: VOCABULARIES.IncidentDimension.length,
} as const;

/** Maximum number of killed, wounded or detained in one casualties entry. */
export const MAX_CASUALTIES = 100_000;

/** Start in Baku of the fighting that the truce of 2020 ended. No incident is earlier. */
export const FIRST_MOMENT = new Date('2020-09-27T00:00:00+04:00');

/** How far the clock of a reporter may be ahead of that of the server. */
export const CLOCK_SKEW_MS = 60_000;

/** Size of a character in JSON at most: both halves of a pair, escaped, as in \\ud83d\\udca5. */
const BYTES_PER_CHARACTER = 12;
/** Size of everything else in a request: document, codes, numbers, punctuation. */
const FRAME_BYTES = 100 * 1024;

/**
 * Maximum size of a request body and of a WebSocket message. The longest report fits, in every language, and
 * however its characters are escaped.
 */
export const MAX_BODY_BYTES =
  FRAME_BYTES +
  BYTES_PER_CHARACTER *
    (MAX_LENGTH.title +
      MAX_LENGTH.narrative +
      MAX_LENGTH.idempotencyKey +
      MAX_ITEMS.claims * (MAX_LENGTH.remark + MAX_LENGTH.url));

/** Largest answer to a query, in bytes of its data. A page of 100 long narratives fits. */
export const MAX_ANSWER_BYTES = 5_000_000;

/** Cost of an operation in addition to one for each object that it can answer. */
export const COST = {
  /** A mutation is a transaction that waits for the disk. */
  mutation: 2_000,
  introspection: 20,
  /** A field that JavaScript composes from its parts, such as a digest. */
  composed: 10,
  /** A text in one of several languages. */
  text: 1,
  /** Bytes of an answer that cost one unit when it is sent. */
  bytesForUnit: 1_000,
  /** Assumed length of a list if neither document nor variables state it. */
  unsizedList: 5,
} as const;

/** A limit in the format of schema descriptions: 20,000. */
export function limitText(limit: number): string {
  return limit.toLocaleString('en-US');
}
