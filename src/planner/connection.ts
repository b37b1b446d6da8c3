import { CodedError } from '../common/errors.js';
import { PAGE_SIZE } from '../domain/limits.js';
import { cursorKey, cursorText } from './cursor.js';
import type { Listing, PageBounds, SortKey, SourceCondition, Sources } from './listing.js';
import type { Fields, PlanContext, Read, Row } from './model.js';
import { all, concatenated, join, literal, type Param, raw, type Sql, sql } from './sql.js';

/** Planned arguments of a connection. */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: Param | null;
  readonly last?: number | null;
  readonly before?: Param | null;
}

interface Page {
  readonly size: number;
  readonly isBackward: boolean;
  readonly cursor: Param | null;
}

/**
 * A page of a listing by keyset: `nodes`, `edges`, `pageInfo` and `totalCount`, each read only if selected. The row
 * rule of the type applies before paging, so page boundaries reveal nothing about hidden rows.
 */
export function connection(listing: Listing, args: PageArguments): Read {
  const page = pageOf(args);
  return (context) => new PageReader(listing, page, context).read();
}

function pageOf({ first, after, last, before }: PageArguments): Page {
  const isBackward = last !== undefined && last !== null;
  const hasFirst = first !== undefined && first !== null;
  if ((isBackward && hasFirst) || (isBackward && after) || (!isBackward && before)) {
    throw new CodedError('BAD_USER_INPUT', { reason: 'FIRST_AND_LAST' });
  }
  const size = (isBackward ? last : first) ?? PAGE_SIZE.default;
  if (size < PAGE_SIZE.minimum || size > PAGE_SIZE.maximum) {
    throw new CodedError('BAD_USER_INPUT', {
      reason: 'PAGE_SIZE',
      variables: { minimum: PAGE_SIZE.minimum, maximum: PAGE_SIZE.maximum },
      extensions: { argument: isBackward ? 'last' : 'first' },
    });
  }
  return { size, isBackward, cursor: (isBackward ? before : after) ?? null };
}

class PageReader {
  private readonly columns = new Map<string, Sql>();
  private readonly alias: string;
  private readonly pageRow: Row;
  private needsMore = false;
  private needsRows = false;

  constructor(
    private readonly listing: Listing,
    private readonly page: Page,
    private readonly context: PlanContext,
  ) {
    this.alias = context.alias();
    this.pageRow = (column) => {
      this.columns.set(column, raw(column));
      return raw(`${this.alias}.${column}`);
    };
  }

  read(): Sql {
    // A filter that the viewer may not use denies the whole page, whatever is selected.
    this.listing.where((column) => raw(column), this.context);
    const object = this.context.object(this.fields(), this.pageRow);
    if (!this.needsRows) return sql`(select ${object})`;
    return sql`(select ${object} from (${this.rows()}) ${raw(this.alias)})`;
  }

  private fields(): Fields {
    const { type } = this.listing;
    return {
      nodes: (row) => (context) => this.items(context.object(type, row)),
      edges: (row) => (context) =>
        this.items(
          context.object(
            {
              cursor: () => () => cursorText(this.listing, row),
              node: () => (inner) => inner.object(type, row),
            },
            row,
          ),
        ),
      pageInfo: (row) => (context) => context.object(this.pageInfoFields(row), row),
      totalCount: () => (context) => this.totalCount(context),
    };
  }

  private pageInfoFields(row: Row): Fields {
    const { isBackward } = this.page;
    const more = (): Sql => {
      this.needsMore = true;
      this.needsRows = true;
      return sql`(count(*) > ${this.page.size})::text`;
    };
    return {
      hasNextPage: () => () => (isBackward ? this.before() : more()),
      hasPreviousPage: () => () => (isBackward ? more() : this.before()),
      startCursor: () => () => this.cursorAt(row, isBackward ? 'last' : 'first'),
      endCursor: () => () => this.cursorAt(row, isBackward ? 'first' : 'last'),
    };
  }

  /** The items in the order of the listing, without the extra row that shows whether there are more. */
  private items(item: Sql): Sql {
    const order = this.page.isBackward ? sql` order by ${this.position()} desc` : raw('');
    const items = sql`coalesce(string_agg(${item}, ','${order})${this.withinPage()}, '')`;
    return concatenated(literal('['), items, literal(']'));
  }

  /** The cursor of the first or last row in reading order; null on an empty page. */
  private cursorAt(row: Row, end: 'first' | 'last'): Sql {
    const at = end === 'first' ? raw('1') : sql`least(count(*), ${this.page.size})`;
    // Reverses the items of a page that is read backward. Otherwise PostgreSQL can sort the input of all aggregates
    // alike.
    const order = this.page.isBackward ? sql` order by ${this.position()}` : raw('');
    const cursor = cursorText(
      this.listing,
      (column) => sql`(array_agg(${row(column)}${order})${this.withinPage()})[${at}]`,
    );
    return sql`case when count(*) > 0 then ${cursor} end`;
  }

  private position(): Sql {
    this.needsRows = true;
    return raw(`${this.alias}.n`);
  }

  private withinPage(): Sql {
    return sql` filter (where ${this.position()} <= ${this.page.size})`;
  }

  private rows(): Sql {
    const { orderBy } = this.listing;
    const isDescending = (this.listing.direction === 'DESC') !== this.page.isBackward;
    const limit = this.needsMore ? this.page.size + 1 : this.page.size;
    const { cursor } = this.page;
    const beyond = cursor && orderBy.map((_, index) => cursorKey(cursor, this.listing, index));
    const { shared, sources } = this.sources(
      (row, equal) =>
        all([...this.listing.where(row, this.context), ...this.beyondCursor(row, isDescending, equal)]),
      { limit, isDescending, beyond },
    );
    const sortedAndLimited = (order: readonly Sql[]): Sql =>
      sql` order by ${join(
        order.map((key) => sql`${key} ${raw(isDescending ? 'desc' : 'asc')}`),
        ', ',
      )} limit ${limit}`;
    const isMerged = sources.length > 1;
    const parts = sources.map(({ row, from }) => {
      const columns = [...this.columns.keys()].map((column) => sql`${row(column)} as ${raw(column)}`);
      const keys = isMerged ? orderBy.map((key, index) => sql`${key.column(row)} as sort_${index}`) : [];
      const selected = [...columns, ...keys];
      const order = orderBy.map((key) => collated(key, key.column(row)));
      return sql`select ${selected.length === 0 ? raw('1') : join(selected, ', ')} ${from}${sortedAndLimited(order)}`;
    });
    const merged = raw(this.context.alias());
    const inner = raw(this.context.alias());
    const page = isMerged
      ? sql`${shared} select ${merged}.* from (${unionAll(parts)}) ${merged}${sortedAndLimited(
          orderBy.map((key, index) => collated(key, sql`${merged}.sort_${index}`)),
        )}`
      : join(parts, '');
    return sql`select ${inner}.*, row_number() over () as n from (${page}) ${inner}`;
  }

  private sources(where: SourceCondition, bounds: PageBounds | null): Sources {
    const { from, type } = this.listing;
    return (
      from?.(this.context, where, bounds) ?? { shared: raw(''), sources: [this.context.rows(type, where)] }
    );
  }

  private beyondCursor(row: Row, isDescending: boolean, equal?: number): Sql[] {
    const { cursor } = this.page;
    return cursor === null ? [] : [this.comparison(row, cursor, isDescending ? '<' : '>', equal)];
  }

  /** Compares rows as a whole, for which PostgreSQL can use the index. */
  private comparison(row: Row, cursor: Param, operator: '<' | '>' | '<=' | '>=', equal = 0): Sql {
    const { orderBy } = this.listing;
    const keys = orderBy.map((key) => collated(key, key.column(row))).slice(equal);
    const bounds = orderBy.map((_, index) => cursorKey(cursor, this.listing, index)).slice(equal);
    return sql`(${join(keys, ', ')}) ${raw(operator)} (${join(
      bounds.map((bound) => sql`${bound}`),
      ', ',
    )})`;
  }

  /** Whether the viewer sees a row before the page. The row of the cursor counts. */
  private before(): Sql {
    const { cursor } = this.page;
    if (cursor === null) return raw("'false'");
    const isDescending = (this.listing.direction === 'DESC') !== this.page.isBackward;
    const { shared, sources } = this.sources(
      (row, equal) =>
        all([
          ...this.listing.where(row, this.context),
          this.comparison(row, cursor, isDescending ? '>=' : '<=', equal),
        ]),
      { limit: 1, isDescending, beyond: null },
    );
    return sql`(exists (${shared} ${unionAll(sources.map(({ from }) => sql`select 1 ${from}`))}))::text`;
  }

  private totalCount(context: PlanContext): Sql {
    const quick = this.listing.count?.(context);
    if (quick) return sql`${quick}::text`;
    context.heavy();
    const { shared, sources } = this.sources((row) => all(this.listing.where(row, context)), null);
    return sql`(${shared} select ${join(
      sources.map(({ from }) => sql`(select count(*) ${from})`),
      ' + ',
    )})::text`;
  }
}

function unionAll(queries: readonly Sql[]): Sql {
  return queries.length === 1 ? join(queries, '') : sql`(${join(queries, ') union all (')})`;
}

function collated(key: SortKey, column: Sql): Sql {
  return key.collation ? sql`${column} collate "${raw(key.collation)}"` : column;
}
