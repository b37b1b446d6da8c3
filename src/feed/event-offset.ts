/**
 * A place in the order in which events are given, as the database settles it after their commits:
 * microseconds since 1970, growing. It is kept with the event and outlives the cluster; it never leaves the
 * server.
 */
export type EventOffset = bigint;

/** The place before every event. */
export const START: EventOffset = 0n;

export function later(one: EventOffset, other: EventOffset): EventOffset {
  return one > other ? one : other;
}
