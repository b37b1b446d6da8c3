import { createHash, randomInt, randomUUID } from 'node:crypto';
import { v5 } from 'uuid';
import type { Nation } from '../domain/scopes.js';

/** How imported incidents get their key and the number of their reference. */
export interface IncidentIdentity {
  keyOf(originator: Nation, importKey: string): string;
  /** 0 to 999,999; another one at each further attempt. */
  numberOf(importKey: string, attempt: number): number;
}

const NUMBERS = 1_000_000;
const NAMESPACE = '3d0f2c0a-6a4e-4b0e-9b0f-5f0d6a1c7e52';

/**
 * At random, so that whoever knows how a file numbers its rows cannot tell from a key or a reference which
 * rows are kept from them.
 */
export const RANDOM_IDENTITY: IncidentIdentity = {
  keyOf: () => randomUUID(),
  numberOf: () => randomInt(NUMBERS),
};

/**
 * The same on every installation. For the shipped data alone, of which everybody can read everything; its
 * keys are UUIDs of version 5 (RFC 9562).
 */
export const DERIVED_IDENTITY: IncidentIdentity = {
  keyOf: (originator, importKey) => v5(`${originator}/${importKey}`, NAMESPACE),
  numberOf: (importKey, attempt) => {
    const hash = createHash('sha256').update(importKey).digest('hex');
    return Number((BigInt(`0x${hash}`) + BigInt(attempt)) % BigInt(NUMBERS));
  },
};
