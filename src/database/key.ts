import { v7 } from 'uuid';

/**
 * A key for a new row: a UUID of version 7 (RFC 9562), which begins with the milliseconds since 1970, with 73 bits
 * drawn at random for each key. Rows written one after the other lie together in every index, however many there are.
 * For rows that tell the moment of their writing to everyone who sees them, and of which each is written by itself.
 */
export function newKey(): string {
  // Without an option uuid counts up within a millisecond: two keys would tell how many lie between them.
  return v7({ msecs: Date.now() });
}
