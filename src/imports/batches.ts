const BATCH_SIZE = 500;

/** Lists of at most 500, which keeps a statement below PostgreSQL's limit of parameters. */
export function* batchesOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += BATCH_SIZE) yield items.slice(start, start + BATCH_SIZE);
}
