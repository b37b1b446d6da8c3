/** Cursors as the server gives them; the oracle only knows which item each one stands for. */
export interface Cursors {
  /** The cursor of an item of a listing, by its id. */
  of(listing: string, id: string): string;
  /** Id of the item that a cursor of the listing stands for. */
  item(listing: string, cursor: string): string;
  /** Every cursor of the listing. */
  all(listing: string): readonly string[];
}

export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

export interface Listing<Item> {
  readonly name: string;
  /** Everything the listing could hold, whatever the viewer and the filter. */
  readonly all: readonly Item[];
  /** What the viewer is to be shown of it. */
  readonly shown: readonly Item[];
  readonly idOf: (item: Item) => string;
  readonly compare: (a: Item, b: Item) => number;
}

/** A page, by sorting everything and cutting. */
export function pageOf<Item>(listing: Listing<Item>, cursors: Cursors, args: PageArguments): object {
  const { name, idOf, compare } = listing;
  const items = [...listing.shown].sort(compare);
  const at = (cursor: string): Item => {
    const id = cursors.item(name, cursor);
    const found = listing.all.find((item) => idOf(item) === id);
    if (found === undefined) throw new Error(`No ${id} in ${name}`);
    return found;
  };
  const { after, before, last } = args;
  const beyond = items.filter(
    (item) => (!after || compare(item, at(after)) > 0) && (!before || compare(item, at(before)) < 0),
  );
  const size = last ?? args.first ?? 20;
  const nodes = typeof last === 'number' ? beyond.slice(-size) : beyond.slice(0, size);
  const isMore = beyond.length > size;
  const isBehind = beyond.length < items.length;
  const edges = nodes.map((node) => ({ node, cursor: cursors.of(name, idOf(node)) }));
  return {
    nodes,
    edges,
    totalCount: items.length,
    pageInfo: {
      hasNextPage: typeof last === 'number' ? isBehind : isMore,
      hasPreviousPage: typeof last === 'number' ? isMore : isBehind,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}
