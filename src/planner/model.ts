import type { Locale } from '../domain/locale.js';
import type { Audience, Scope } from '../domain/scopes.js';
import type { Composition } from './composition.js';
import { literal, type Param, raw, type Sql, sql } from './sql.js';

/**
 * The read model: from which rows the objects of a type come, who sees those rows, and how each field becomes SQL.
 * Modules declare it, build-model.ts checks it against the schema, and the compiler reads it.
 */

/** A row of a table in a statement: `row('title')` is the column as SQL. */
export type Row = (column: string) => Sql;

/** The rows of a table that an audience sees, as a condition. PostgreSQL enforces the same rule. */
export type RowRule = (row: Row, audience: Audience) => Sql;

/**
 * Makes the SQL of a selected field: an expression whose value is the JSON text of the field. SQL NULL stands for
 * GraphQL null and is allowed only for nullable fields.
 */
export type Read = (context: PlanContext) => Sql;

/** Makes the read of a field from a row and the arguments of the field. */
// biome-ignore lint/suspicious/noExplicitAny: each declaration names the arguments its own field takes
export type Field = (row: Row, args: any) => Read;

export type Fields = Readonly<Record<string, Field>>;

/** Where the objects of a type come from. Every type declares it, so no row rule can be forgotten. */
type Rows =
  | {
      readonly table: string;
      readonly rule: RowRule;
      /**
       * Few rows with an integer key that only imports change. Repeated statements hold their objects as constants,
       * see constants.ts.
       */
      readonly isReference?: true;
    }
  /** The objects are parts of the row of their owner, whose rule applies. */
  | 'partOfOwner';

export interface ReadType {
  /** Name of the GraphQL object type. */
  readonly name: string;
  readonly rows: Rows;
  /** Scope needed to read objects of the type; null if the scopes of its fields are enough. */
  readonly scope: Scope | null;
  readonly fields: Fields;
}

/** Rows with a rule: of a type, or of a table that links types. */
export type LinkType = Pick<ReadType, 'scope' | 'rows'>;

/** What reads use while a statement is compiled. Everything except `audience` and `locale` adds to the statement. */
export interface PlanContext {
  readonly audience: Audience;
  /** Language of the request. */
  readonly locale: Locale;
  /** The selection of the current field for one object type, as the text of a JSON object. */
  object(type: ReadType | Fields, row: Row): Sql;
  /** The selection of the current field for the object with this key, or null if there is none. */
  byKey(type: ReadType, key: Sql): Sql;
  /** The rows of a type that the viewer sees and that meet a condition: `from … where …`. */
  rows(type: LinkType, where: (row: Row) => Sql): { readonly row: Row; readonly from: Sql };
  /** Like `rows`, over a linking table whose own row rule applies as well. */
  rowsVia(
    type: LinkType,
    link: LinkType,
    where: (row: Row, link: Row) => Sql,
  ): { readonly row: Row; readonly link: Row; readonly from: Sql };
  /** Whether the viewer has the scope that objects of the type need. */
  mayRead(type: ReadType): boolean;
  /** Whether the viewer has a scope. */
  maySee(scope: Scope): boolean;
  /** A new alias for a derived table. */
  alias(): string;
  /** Declares that an argument names objects of a reference type. Unknown codes are refused: see references.ts. */
  requireKnown(type: ReadType, codes: Param, argument: string): void;
  /** A field that JavaScript composes. `parts` is the JSON text of its parts. See composition.ts. */
  compose(parts: Sql, composition: Composition): Sql;
  /** Marks the statement as heavy: it runs in the heavy pool and is not prepared. */
  heavy(): void;
}

/** Row rule of reference data: everybody with the scope sees every row. */
export const everyone: RowRule = () => raw('true');

/** Row rule of rows that only the nation in them may see. */
export const ownNation: RowRule = (row, audience) => sql`${row('nation')} = ${literal(audience)}`;

/** All types that are read by SQL, by name, with all of their fields. */
export type Model = ReadonlyMap<string, ReadType>;
