import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { CodedError } from '../common/errors.js';
import type { StatementTime } from '../database/statement-time.js';
import type { Audience } from '../domain/scopes.js';
import type { PlanStatement } from '../planner/plan.js';
import type { Variables } from '../planner/sql.js';
import type { ReadRow } from './read-row.js';

/**
 * Refuses codes in arguments that no reference data has: a mistyped code would otherwise find nothing, which looks like
 * an answer. Only reference data is asked, which everybody reads, so nothing is learned about records.
 */
export interface ReferenceCheck {
  /** Throws UNKNOWN_REFERENCE for the first unknown code. */
  check(
    statement: PlanStatement,
    variables: Variables,
    audience: Audience,
    time?: StatementTime,
  ): Promise<void>;
  /** Forgets which codes are known, because reference data has changed. */
  forget(): void;
}

/** Codes that are remembered as known. */
const MAX_KNOWN = 10_000;
/** Characters of an unknown code that its error shows. */
const MAX_SHOWN = 60;

interface Reference {
  readonly table: string;
  readonly code: string;
  readonly argument: string;
}

const knownCodes = z.array(z.string());

/** Asks the database for a code that this process has not met yet, and remembers it if it is known. */
export function createReferenceCheck(read: ReadRow): ReferenceCheck {
  const known = new LRUCache<string, true>({ max: MAX_KNOWN });

  async function ask(
    references: readonly Reference[],
    audience: Audience,
    time: StatementTime | undefined,
  ): Promise<void> {
    for (const table of new Set(references.map((reference) => reference.table))) {
      const asked = references.filter((reference) => reference.table === table);
      const codes = asked.map(({ code }) => code).filter((code) => !code.includes('\u0000'));
      const text = `select coalesce(json_agg(code), '[]')::text from ${table} where code = any($1::text[])`;
      const [found] = await read(audience, { name: `known_${table}`, text, values: [codes] }, false, time);
      const existing = new Set(knownCodes.parse(JSON.parse(String(found))));
      for (const code of existing) known.set(keyOf(table, code), true);
      const unknown = asked.find(({ code }) => !existing.has(code));
      if (unknown) throw unknownReference(unknown);
    }
  }

  return {
    async check({ references }, variables, audience, time) {
      const unmet = references.flatMap(({ table, codes, argument }) =>
        codesOf(codes.valueFor(variables))
          .filter((code) => !known.has(keyOf(table, code)))
          .map((code) => ({ table, code, argument })),
      );
      if (unmet.length > 0) await ask(unmet, audience, time);
    },
    forget: () => known.clear(),
  };
}

function keyOf(table: string, code: string): string {
  return `${table} ${code}`;
}

function codesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'string' ? [value] : [];
}

function unknownReference({ code, argument }: Reference): CodedError {
  return new CodedError('UNKNOWN_REFERENCE', {
    variables: { code: code.length > MAX_SHOWN ? `${code.slice(0, MAX_SHOWN)}…` : code },
    extensions: { argument },
  });
}
