import { AUDIENCES, type Audience } from '../domain/scopes.js';
import type { RowRule } from './model.js';
import { sql } from './sql.js';

/** Audiences as bits of a mask. The SQL function audience_bit has the same values. */
export const AUDIENCE_BIT = { TUR: 1, RUS: 2, AZE: 4, PUBLIC: 8 } as const satisfies Record<Audience, number>;

export function maskOf(audiences: Iterable<Audience>): number {
  let mask = 0;
  for (const audience of audiences) mask |= AUDIENCE_BIT[audience];
  return mask;
}

export function audiencesOf(mask: number): Audience[] {
  return AUDIENCES.filter((audience) => (mask & AUDIENCE_BIT[audience]) !== 0);
}

/** All masks that hold the bit of an audience. */
export function masksSeenBy(audience: Audience): number[] {
  return Array.from({ length: maskOf(AUDIENCES) + 1 }, (_, mask) => mask).filter(
    (mask) => (mask & AUDIENCE_BIT[audience]) !== 0,
  );
}

/** An audience sees the records whose mask has its bit, and their parts. */
export const seenByAudience: RowRule = (row, audience) =>
  sql`(${row('audience')} & ${AUDIENCE_BIT[audience]}) <> 0`;
