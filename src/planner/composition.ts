import { literal, type Sql, sql } from './sql.js';

/** Makes a field's value, as JSON, of the parts that SQL fetched for it. */
export type Composition = (parts: unknown) => unknown;

/** Key under which an object says which composition its parts await; no GraphQL name can collide. */
const COMPOSITION_KEY = '#composition';

/** JSON text of parts that await a composition. */
export function awaiting(composition: number, parts: Sql): Sql {
  return sql`concat(${literal(`{"${COMPOSITION_KEY}":${composition},"parts":`)}, ${parts}, '}')`;
}

/** The answer of a statement with every composed field in its place; as it is where there is none. */
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
