import { CodedError } from '../common/errors.js';
import { PAGE_SIZE } from '../domain/limits.js';
import type { Fields, PlanContext, Read, ReadType, Row } from './model.js';
import { all, concatenated, join, literal, type Param, raw, type Sql, sql } from './sql.js';

/** Arguments of a connection, as planned. */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: Param | null;
  readonly last?: number | null;
  readonly before?: Param | null;
}

/** One sort key: the column's SQL, its PostgreSQL type, and what a cursor may hold for it. */
export interface SortKey {
  /** What it is called in cursors: those of a listing that is sorted otherwise are refused. */
  readonly name: string;
  readonly column: (row: Row) => Sql;
  readonly type: 'timestamptz' | 'uuid' | 'text' | 'real';
  /** ICU collation of a text key. */
  readonly collation?: string;
}

export interface Listing {
  readonly type: ReadType;
  readonly where: (row: Row, context: PlanContext) => readonly Sql[];
  /** Sort keys; the last one is unique. All run in the same direction. */
  readonly orderBy: readonly [SortKey, ...SortKey[]];
  readonly direction: 'ASC' | 'DESC';
  /** Where the rows come from, when not from the type's table alone. */
  readonly from?: (context: PlanContext, where: SourceCondition, cut: PageBounds | null) => Sources;
  /** Cheaper way to the number of rows that meet the conditions, where there is one. */
  readonly count?: (context: PlanContext) => Sql | null;
}

/** What a source's rows must meet; `equal` says how many of the first sort keys all of its rows have alike. */
export type SourceCondition = (row: Row, equal?: number) => Sql;

/** So many rows of a listing, in its order or against it, beyond a place given by sort keys. */
export interface PageBounds {
  readonly limit: number;
  readonly isDescending: boolean;
  readonly beyond: readonly Param[] | null;
}

/** Several sources of a listing's rows: each is sorted and cut by itself, then they are merged. */
export interface Sources {
  /** What the sources share: `with name as materialized (…)`. */
  readonly shared: Sql;
  readonly sources: readonly Source[];
}

/** `from … where …`, and the row it gives, which answers every sort key of the listing. */
export interface Source {
  readonly row: Row;
  readonly from: Sql;
}

interface Page {
  readonly size: number;
  readonly isBackward: boolean;
  readonly cursor: Param | null;
}

/**
 * A page of a listing by keyset: `nodes`, `edges`, `pageInfo` and `totalCount`, each read only when selected.
 * The page is found through the type's row rule, so its boundaries tell nothing of hidden rows.
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
    // What the viewer may not filter by refuses the whole page, whatever is selected of it.
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
              cursor: () => () => this.cursorOf(row),
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

  /** The items in the listing's order, without the one row more that tells whether there is more. */
  private items(item: Sql): Sql {
    const order = this.page.isBackward ? sql` order by ${this.position()} desc` : raw('');
    const items = sql`coalesce(string_agg(${item}, ','${order})${this.withinPage()}, '')`;
    return concatenated(literal('['), items, literal(']'));
  }

  /** The cursor of the page's first or last row, in the order they are found; null on an empty page. */
  private cursorAt(row: Row, end: 'first' | 'last'): Sql {
    const at = end === 'first' ? raw('1') : sql`least(count(*), ${this.page.size})`;
    // The items of a page that is read backward are turned round, which PostgreSQL may do to all aggregates.
    const order = this.page.isBackward ? sql` order by ${this.position()}` : raw('');
    const cursor = this.cursorOf(
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

  /** JSON text of a cursor: what is sorted by what, and the sort keys, as a JSON list in base64. */
  private cursorOf(row: Row): Sql {
    const keys = this.listing.orderBy.map((key) =>
      key.type === 'real' ? sql`(${key.column(row)})::text` : key.column(row),
    );
    return sql`concat('"', translate(encode(convert_to(json_build_array(${literal(cursorKind(this.listing))}::text, ${join(keys, ', ')})::text, 'UTF8'), 'base64'), E'\\n', ''), '"')`;
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
    const cut = (order: readonly Sql[]): Sql =>
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
      return sql`select ${selected.length === 0 ? raw('1') : join(selected, ', ')} ${from}${cut(order)}`;
    });
    const merged = raw(this.context.alias());
    const inner = raw(this.context.alias());
    const page = isMerged
      ? sql`${shared} select ${merged}.* from (${unionAll(parts)}) ${merged}${cut(
          orderBy.map((key, index) => collated(key, sql`${merged}.sort_${index}`)),
        )}`
      : join(parts, '');
    return sql`select ${inner}.*, row_number() over () as n from (${page}) ${inner}`;
  }

  private sources(where: SourceCondition, cut: PageBounds | null): Sources {
    const { from, type } = this.listing;
    return from?.(this.context, where, cut) ?? { shared: raw(''), sources: [this.context.rows(type, where)] };
  }

  private beyondCursor(row: Row, isDescending: boolean, equal?: number): Sql[] {
    const { cursor } = this.page;
    return cursor === null ? [] : [this.comparison(row, cursor, isDescending ? '<' : '>', equal)];
  }

  /** Row comparison, which PostgreSQL answers from the index. */
  private comparison(row: Row, cursor: Param, operator: '<' | '>' | '<=' | '>=', equal = 0): Sql {
    const { orderBy } = this.listing;
    const keys = orderBy.map((key) => collated(key, key.column(row))).slice(equal);
    const bounds = orderBy.map((_, index) => cursorKey(cursor, this.listing, index)).slice(equal);
    return sql`(${join(keys, ', ')}) ${raw(operator)} (${join(
      bounds.map((bound) => sql`${bound}`),
      ', ',
    )})`;
  }

  /** Whether the viewer sees a row on the near side of the cursor. */
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

const TIME = /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+00:00$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const REAL = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/;

/** Whether PostgreSQL takes a text as a value of the type. */
const IS_KEY: Readonly<Record<SortKey['type'], (key: string) => boolean>> = {
  real: (key) => REAL.test(key) && isReal(Number(key)),
  timestamptz: (key) => TIME.test(key) && isCalendarTime(key.slice(0, 19)),
  uuid: (key) => UUID.test(key),
  text: (key) => !key.includes('\u0000'),
};

function isReal(value: number): boolean {
  const rounded = Math.fround(value);
  return Number.isFinite(rounded) && (rounded !== 0 || value === 0);
}

function isCalendarTime(seconds: string): boolean {
  const time = new Date(`${seconds}Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(seconds);
}

/** Names the type and its sort keys, but for the last, which only breaks ties. */
function cursorKind({ type, orderBy }: Listing): string {
  return [type.name, ...orderBy.slice(0, -1).map(({ name }) => name)].join('.');
}

/** One sort key out of a cursor. A cursor that is not one of this listing's is refused. */
function cursorKey(cursor: Param, listing: Listing, index: number): Param {
  const { type } = listing.orderBy[index] ?? listing.orderBy[0];
  return cursor.as(type, (value) => {
    const [kind, ...keys] = decodeCursor(value);
    const key = keys[index];
    if (
      kind !== cursorKind(listing) ||
      keys.length !== listing.orderBy.length ||
      key === undefined ||
      !IS_KEY[type](key)
    ) {
      throw new CodedError('BAD_USER_INPUT', { reason: 'UNKNOWN_CURSOR' });
    }
    return key;
  });
}

function decodeCursor(value: unknown): readonly string[] {
  if (typeof value !== 'string') return [];
  try {
    const parts: unknown = JSON.parse(Buffer.from(value, 'base64').toString('utf8'));
    return Array.isArray(parts) && parts.every((part) => typeof part === 'string') ? parts : [];
  } catch {
    return [];
  }
}
