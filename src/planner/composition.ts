import { literal, type Sql, sql } from './sql.js';

/**
 * Fields that SQL cannot finish: a statement answers their parts, JavaScript makes the value. The parts stand in the
 * field's place, marked with the number of their composition, and are replaced before the answer is sent.
 */

/** Makes a field's value, as JSON, from the parts that SQL fetched for it. */
export type Composition = (parts: unknown) => unknown;

/** Key under which parts name their composition; no GraphQL name can collide. */
const COMPOSITION_KEY = '#composition';

/** JSON text of parts, marked with the index of their composition. */
export function awaiting(composition: number, parts: Sql): Sql {
  return sql`concat(${literal(`{"${COMPOSITION_KEY}":${composition},"parts":`)}, ${parts}, '}')`;
}

/** The JSON text of an answer with every composed field in its place. */
export function compose(text: string, compositions: readonly Composition[]): string {
  if (compositions.length === 0) return text;
  return JSON.stringify(
    JSON.parse(text, (_key, value: unknown) => {
      const index = compositionOf(value);
      const composition = index === null ? undefined : compositions[index];
      return composition ? composition((value as { parts: unknown }).parts) : value;
    }),
  );
}

function compositionOf(value: unknown): number | null {
  if (typeof value !== 'object' || value === null || !(COMPOSITION_KEY in value)) return null;
  return Number(value[COMPOSITION_KEY]);
}
