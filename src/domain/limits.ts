import { VOCABULARIES } from './vocabularies.js';

/**
 * The limits of what a client may ask and write. Every limit stands here once: the planner, the cost of
 * operations, the rules of writing, the imports and the descriptions in the schema read it from here.
 * Limits of documents (tokens, depth, fields) are in src/demand/limits.ts.
 */

/** Items of a page of a connection. */
export const PAGE_SIZE = { minimum: 1, maximum: 100, default: 20 } as const;

/** Ids that `nodes` takes. */
export const MAX_NODE_IDS = 100;

/** Matches that are ranked by relevance; where more match, all count as equally good. */
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

/** Killed, wounded or detained that one line of casualties may name. */
export const MAX_CASUALTIES = 1_000_000;

/** Start of the fighting that the truce of 2020 ended, in Baku: nothing earlier is recorded. */
export const FIRST_MOMENT = new Date('2020-09-27T00:00:00+04:00');

/** How far ahead of the server's a reporter's clock may be. */
export const CLOCK_SKEW_MS = 60_000;

/** Body of a GraphQL request, and message on a WebSocket. */
export const MAX_BODY_BYTES = 100 * 1024;

/** What an operation costs besides one for every object that it can answer. */
export const COST = {
  /** A mutation is a transaction that is written through to the disk. */
  mutation: 2_000,
  introspection: 20,
  /** Objects that a list counts as whose length neither document nor variables say. */
  unsizedList: 5,
} as const;

/** A limit as descriptions in the schema write it: 20,000. */
export function limitText(limit: number): string {
  return limit.toLocaleString('en-US');
}
