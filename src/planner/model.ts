import type { Locale } from '../domain/locale.js';
import type { Audience, Scope } from '../domain/scopes.js';
import type { Composition } from './composition.js';
import { literal, raw, type Sql, sql } from './sql.js';

/**
 * The read model: which type's objects come from which rows, who sees those rows, and how each field becomes SQL.
 * Modules declare it, build-model.ts checks it against the schema, and the compiler is its only reader.
 */

/** A row of a table in a statement: `row('title')` is the column as SQL. */
export type Row = (column: string) => Sql;

/** Which rows of a table an audience sees, as a condition on the row. PostgreSQL enforces the same again. */
export type RowRule = (row: Row, audience: Audience) => Sql;

/**
 * How a selected field becomes SQL: an expression whose value is the field's JSON text.
 * SQL NULL stands for GraphQL null and is legal only where the schema's type is nullable.
 */
export type Read = (context: PlanContext) => Sql;

/** A field of a type: from the row and the field's arguments to a read. */
// biome-ignore lint/suspicious/noExplicitAny: each declaration names the arguments its own field takes
export type Field = (row: Row, args: any) => Read;

export type Fields = Readonly<Record<string, Field>>;

/** Where a type's objects come from. A type cannot be declared without it, so no row rule can be forgotten. */
export type Rows =
  | {
      readonly table: string;
      readonly rule: RowRule;
      /**
       * Few rows with an integer key that change with imports alone: statements asked for again carry
       * their objects as constants. See constants.ts.
       */
      readonly isReference?: true;
    }
  /** The objects are parts of their owner's row, which was found through its own rule. */
  | 'partOfOwner';

export interface ReadType {
  /** Name of the GraphQL object type. */
  readonly name: string;
  readonly rows: Rows;
  /** Scope needed to read any object of the type, by any field; null where the fields' own scopes are enough. */
  readonly scope: Scope | null;
  readonly fields: Fields;
}

/** Rows with a rule: those of a type, or of a table that only links types. */
export type LinkType = Pick<ReadType, 'scope' | 'rows'>;

/** What a read may know and do while it is compiled. Everything but `audience` and `locale` adds to the statement. */
export interface PlanContext {
  readonly audience: Audience;
  /** Language of the request. */
  readonly locale: Locale;
  /** The selection of the field being read, for one object type, as the text of a JSON object. */
  object(type: ReadType | Fields, row: Row): Sql;
  /** The selection of the field being read for the object of a type with this key, or null when there is none. */
  byKey(type: ReadType, key: Sql): Sql;
  /** The rows of a type that the viewer sees and that meet a condition: `from … where …`. */
  rows(type: LinkType, where: (row: Row) => Sql): { readonly row: Row; readonly from: Sql };
  /** The same over a linking table, whose own row rule applies as well. */
  rowsVia(
    type: LinkType,
    link: LinkType,
    where: (row: Row, link: Row) => Sql,
  ): { readonly row: Row; readonly link: Row; readonly from: Sql };
  /** Whether the viewer has the scope that objects of the type need. */
  mayRead(type: ReadType): boolean;
  /** Whether the viewer has a scope. */
  maySee(scope: Scope): boolean;
  /** A fresh alias for a derived table. */
  alias(): string;
  /** A field whose value JavaScript makes from parts that SQL fetches; `parts` is their JSON text. See composition.ts. */
  compose(parts: Sql, composition: Composition): Sql;
  /** Marks the statement as heavy: it runs on other connections than quick ones, and is not prepared. */
  heavy(): void;
}

/** Rule of reference data: everybody who has the scope sees every row. */
export const everyone: RowRule = () => raw('true');

/** Rule of rows that only the nation they name may see. */
export const ownNation: RowRule = (row, audience) => sql`${row('nation')} = ${literal(audience)}`;

/** Every type that is read by SQL, by name, with all of its fields. */
export type Model = ReadonlyMap<string, ReadType>;
