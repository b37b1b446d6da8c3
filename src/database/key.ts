import { v7 } from 'uuid';

/**
 * Makes a key for a new row: a UUID of version 7 (RFC 9562) with the time in milliseconds and 73 random bits.
 * Consecutive rows lie together in every index. Use it only for rows that are written one by one and whose time is
 * visible to all who see them.
 */
export function newKey(): string {
  // By default uuid counts up within a millisecond, so that two keys would reveal how many lie between them.
  return v7({ msecs: Date.now() });
}
