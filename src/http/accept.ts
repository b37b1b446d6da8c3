import Negotiator from 'negotiator';

const JSON_TYPE = 'application/json; charset=utf-8';
const GRAPHQL_TYPE = 'application/graphql-response+json; charset=utf-8';
const EVENT_STREAM_TYPE = 'text/event-stream; charset=utf-8';
/** What is served; the first one to clients that take anything, as GraphQL over HTTP has it for older clients. */
const SERVED = [JSON_TYPE, GRAPHQL_TYPE, EVENT_STREAM_TYPE];

/** How an operation is answered. */
export type AnswerType =
  | 'event stream'
  /** Errors of the document are told by the status. */
  | 'graphql-response+json'
  /** The client asks for JSON by its name: it reads the body, whatever is wrong with the document. */
  | 'json'
  /** The client takes anything. */
  | 'any';

/**
 * The type of answer that an Accept header prefers (RFC 9110): by quality, then by how exactly it is named, then by
 * order. Subscriptions get an event stream wherever it is named with a quality above 0; other operations where it is
 * preferred to JSON. Null when nothing that is served is accepted.
 */
export function negotiateAnswer(
  accept: string | undefined,
  isSubscription: () => boolean,
): AnswerType | null {
  if (accept === undefined || accept === '') return 'any';
  const accepted = new Negotiator({ headers: { accept } }).mediaTypes(SERVED);
  const [preferred] = accepted;
  if (preferred === undefined) return null;
  if (preferred === EVENT_STREAM_TYPE) return 'event stream';
  const takesEventStream = accepted.includes(EVENT_STREAM_TYPE) && /text\/(?:event-stream|\*)/i.test(accept);
  if (takesEventStream && isSubscription()) return 'event stream';
  if (preferred === GRAPHQL_TYPE) return 'graphql-response+json';
  return /application\/json/i.test(accept) ? 'json' : 'any';
}

/** The Accept header that makes Apollo Server choose the same type. */
export const ACCEPT_OF: Readonly<Record<Exclude<AnswerType, 'event stream'>, string>> = {
  'graphql-response+json': 'application/graphql-response+json',
  json: 'application/json',
  any: '*/*',
};
