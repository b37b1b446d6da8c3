import { randomUUID } from 'node:crypto';

/**
 * A key for a new row: a UUID of version 7 (RFC 9562), which begins with the milliseconds since 1970, and is 74 bits
 * drawn at random for the rest. Rows written one after the other then lie together in every index, however many there
 * are. For rows that tell the moment of their writing to everyone who sees them, and of which each is written by itself.
 */
export function newKey(): string {
  const moment = Date.now().toString(16).padStart(12, '0');
  return `${moment.slice(0, 8)}-${moment.slice(8)}-7${randomUUID().slice(15)}`;
}
