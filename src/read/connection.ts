import { CodedError } from '../errors.js';

import type { Fields, Read, ReadType, Row, Step } from './model.js';
import { all, join, type Param, raw, type Sql, sql } from './sql.js';

export const PAGE_SIZE = { minimum: 1, maximum: 100, default: 20 } as const;

/** Arguments of a connection, as planned. */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: Param | null;
  readonly last?: number | null;
  readonly before?: Param | null;
}

/** One sort key: the column's SQL, its PostgreSQL type, and what a cursor may hold for it. */
export interface SortKey {
  readonly column: (row: Row) => Sql;
  readonly type: 'timestamptz' | 'uuid' | 'text';
  /** ICU collation of a text key. */
  readonly collation?: string;
}

export interface Listing {
  readonly type: ReadType;
  readonly where: (row: Row, step: Step) => readonly Sql[];
  /** Sort keys; the last one is unique. All run in the same direction. */
  readonly orderBy: readonly [SortKey, ...SortKey[]];
  readonly direction: 'ASC' | 'DESC';
  /** Cheaper way to the number of rows that meet the conditions, where there is one. */
  readonly count?: (step: Step) => Sql | null;
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
  return (step) => new PageReader(listing, page, step).read();
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
    private readonly step: Step,
  ) {
    this.alias = step.alias();
    this.pageRow = (column) => {
      this.columns.set(column, raw(column));
      return raw(`${this.alias}.${column}`);
    };
  }

  read(): Sql {
    const object = this.step.object(this.fields(), this.pageRow);
    if (!this.needsRows) return sql`(select ${object})`;
    return sql`(select ${object} from (${this.rows()}) ${raw(this.alias)})`;
  }

  private fields(): Fields {
    const { type } = this.listing;
    return {
      nodes: (row) => (step) => this.items(step.object(type, row)),
      edges: (row) => (step) =>
        this.items(
          step.object(
            {
              cursor: () => () => this.cursorOf(row),
              node: () => (inner) => inner.object(type, row),
            },
            row,
          ),
        ),
      pageInfo: (row) => (step) => step.object(this.pageInfoFields(row), row),
      totalCount: () => (step) => this.totalCount(step),
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
    return sql`coalesce('[' || string_agg(${item}, ','${order})${this.withinPage()} || ']', '[]')`;
  }

  private cursorAt(row: Row, end: 'first' | 'last'): Sql {
    const order = end === 'first' ? raw('') : raw(' desc');
    return sql`(array_agg(${this.cursorOf(row)} order by ${this.position()}${order})${this.withinPage()})[1]`;
  }

  private position(): Sql {
    this.needsRows = true;
    return raw(`${this.alias}.n`);
  }

  private withinPage(): Sql {
    return sql` filter (where ${this.position()} <= ${this.page.size})`;
  }

  /** JSON text of a cursor: the sort keys as a JSON list, in base64. */
  private cursorOf(row: Row): Sql {
    const keys = this.listing.orderBy.map((key) => key.column(row));
    return sql`concat('"', translate(encode(convert_to(json_build_array(${join(keys, ', ')})::text, 'UTF8'), 'base64'), E'\\n', ''), '"')`;
  }

  private rows(): Sql {
    const { orderBy } = this.listing;
    const isDescending = (this.listing.direction === 'DESC') !== this.page.isBackward;
    const direction = raw(isDescending ? 'desc' : 'asc');
    const { row, from } = this.step.rows(this.listing.type, (candidate) =>
      all([...this.listing.where(candidate, this.step), ...this.beyondCursor(candidate, isDescending)]),
    );
    const columns = [...this.columns.keys()].map((column) => sql`${row(column)} as ${raw(column)}`);
    const order = orderBy.map((key) => sql`${collated(key, key.column(row))} ${direction}`);
    const inner = this.step.alias();
    const selected = columns.length === 0 ? raw('1') : join(columns, ', ');
    const limit = this.needsMore ? this.page.size + 1 : this.page.size;
    return sql`select ${raw(inner)}.*, row_number() over () as n from (select ${selected} ${from} order by ${join(order, ', ')} limit ${limit}) ${raw(inner)}`;
  }

  private beyondCursor(row: Row, isDescending: boolean): Sql[] {
    const { cursor } = this.page;
    return cursor === null ? [] : [this.comparison(row, cursor, isDescending ? '<' : '>')];
  }

  /** Row comparison, which PostgreSQL answers from the index. */
  private comparison(row: Row, cursor: Param, operator: '<' | '>' | '<=' | '>='): Sql {
    const { orderBy } = this.listing;
    const keys = orderBy.map((key) => collated(key, key.column(row)));
    const bounds = orderBy.map((_, index) => cursorKey(cursor, orderBy, index));
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
    const { from } = this.step.rows(this.listing.type, (candidate) =>
      all([
        ...this.listing.where(candidate, this.step),
        this.comparison(candidate, cursor, isDescending ? '>=' : '<='),
      ]),
    );
    return sql`(exists (select ${from}))::text`;
  }

  private totalCount(step: Step): Sql {
    const quick = this.listing.count?.(step);
    if (quick) return sql`${quick}::text`;
    step.heavy();
    const { from } = step.rows(this.listing.type, (row) => all(this.listing.where(row, step)));
    return sql`(select count(*) ${from})::text`;
  }
}

function collated(key: SortKey, column: Sql): Sql {
  return key.collation ? sql`${column} collate "${raw(key.collation)}"` : column;
}

const KEY_PATTERNS: Readonly<Record<SortKey['type'], RegExp>> = {
  timestamptz: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?\+00:00$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  text: /^\P{Cc}*$/u,
};

/** One sort key out of a cursor. A cursor that is not one of ours is refused. */
function cursorKey(cursor: Param, orderBy: Listing['orderBy'], index: number): Param {
  return cursor.as(orderBy[index]?.type ?? 'text', (value) => {
    const key = decodeCursor(value)?.[index];
    const pattern = orderBy[index] && KEY_PATTERNS[orderBy[index].type];
    const isTime = orderBy[index]?.type === 'timestamptz';
    if (key === undefined || !pattern?.test(key) || (isTime && Number.isNaN(Date.parse(key)))) {
      throw new CodedError('BAD_USER_INPUT', { reason: 'UNKNOWN_CURSOR' });
    }
    return key;
  });
}

function decodeCursor(value: unknown): string[] | null {
  if (typeof value !== 'string') return null;
  try {
    const keys: unknown = JSON.parse(Buffer.from(value, 'base64').toString('utf8'));
    return Array.isArray(keys) && keys.every((key) => typeof key === 'string') ? keys : null;
  } catch {
    return null;
  }
}
