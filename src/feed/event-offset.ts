/**
 * Position of an event in the order of delivery: growing, in microseconds since 1970. The sequencer assigns it after
 * the commit. It is stored with the event, survives dump and restore, and never leaves the server.
 */
export type EventOffset = bigint;

/** The offset before all events. */
export const START: EventOffset = 0n;

export function later(one: EventOffset, other: EventOffset): EventOffset {
  return one > other ? one : other;
}
