/**
 * An event's place in the order in which subscribers get events: microseconds since 1970, growing. The sequencer
 * assigns it after the commit. It is stored with the event and survives a dump and restore; it never leaves the server.
 */
export type EventOffset = bigint;

/** The place before every event. */
export const START: EventOffset = 0n;

export function later(one: EventOffset, other: EventOffset): EventOffset {
  return one > other ? one : other;
}
