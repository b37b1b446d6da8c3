import { createHash, randomInt, randomUUID } from 'node:crypto';
import { v5 } from 'uuid';
import type { Nation } from '../domain/scopes.js';

/** Chooses the keys and reference numbers of imported incidents. */
export interface IncidentIdentity {
  keyOf(originator: Nation, importKey: string): string;
  /** 0 to 999,999. Each further attempt gives another number. */
  numberOf(importKey: string, attempt: number): number;
}

const NUMBERS = 1_000_000;
const NAMESPACE = '3d0f2c0a-6a4e-4b0e-9b0f-5f0d6a1c7e52';

/**
 * Random identities. They reveal nothing about hidden rows of a file, even to those who know how the file numbers its
 * rows.
 */
export const RANDOM_IDENTITY: IncidentIdentity = {
  keyOf: () => randomUUID(),
  numberOf: () => randomInt(NUMBERS),
};

/**
 * The same identities on every installation. Only for the shipped data, because that file is public. Keys are UUIDs
 * of version 5 (RFC 9562).
 */
export const DERIVED_IDENTITY: IncidentIdentity = {
  keyOf: (originator, importKey) => v5(`${originator}/${importKey}`, NAMESPACE),
  numberOf: (importKey, attempt) => {
    const hash = createHash('sha256').update(importKey).digest('hex');
    return Number((BigInt(`0x${hash}`) + BigInt(attempt)) % BigInt(NUMBERS));
  },
};
