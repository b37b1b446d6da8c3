import { literal, type Sql, sql } from './sql.js';

/**
 * Fields that JavaScript composes from parts that SQL fetches. The parts are in the place of the field, marked with
 * the number of their composition, and are replaced before the answer is sent.
 */

/** Makes the value of a field, as JSON, from its parts. */
export type Composition = (parts: unknown) => unknown;

/** Key of the composition number in parts. No GraphQL name can be equal. */
const COMPOSITION_KEY = '#composition';

/** JSON text of parts, marked with the number of their composition. */
export function awaiting(composition: number, parts: Sql): Sql {
  return sql`concat(${literal(`{"${COMPOSITION_KEY}":${composition},"parts":`)}, ${parts}, '}')`;
}

/** The JSON text of an answer in which composed fields replace their parts. */
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
