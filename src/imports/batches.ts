const BATCH_SIZE = 500;

/** Lists of at most 500, so that a statement's parameters stay below what PostgreSQL takes. */
export function* batchesOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += BATCH_SIZE) yield items.slice(start, start + BATCH_SIZE);
}
