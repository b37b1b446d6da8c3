import { snake } from './naming.js';

/** A statement with its parameters. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

const insertTexts = new Map<string, string>();

/**
 * Inserts any number of rows. All rows with the same members share one text, which PostgreSQL plans once. Members are
 * named after the columns, in camelCase. `computed` names columns that an SQL expression fills.
 */
export function insertInto<R extends object>(
  table: string,
  rows: readonly R[],
  computed: Readonly<Record<string, string>> = {},
): Statement {
  const given = Object.keys(rows[0] ?? {});
  const shape = [table, ...given, ...Object.entries(computed).flat()].join();
  const text = insertTexts.get(shape) ?? insertText(table, given, computed);
  insertTexts.set(shape, text);
  return { text, values: [JSON.stringify(rows.map(record))] };
}

function insertText(
  table: string,
  given: readonly string[],
  computed: Readonly<Record<string, string>>,
): string {
  const quoted = given.map((name) => `"${snake(name)}"`);
  const columns = [...quoted, ...Object.keys(computed)];
  const expressions = [...quoted, ...Object.values(computed)];
  return `insert into ${table} (${columns.join(', ')}) select ${expressions.join(', ')} from jsonb_populate_recordset(null::${table}, $1)`;
}

const batchTexts = new Map<string, string>();

/** Combines insertions into one statement, which saves round trips. None of them sees the rows of the others. */
export function batchStatements(...statements: readonly Statement[]): Statement {
  const shape = statements.map(({ text }) => text).join(';');
  const text = batchTexts.get(shape) ?? batchText(statements);
  batchTexts.set(shape, text);
  return { text, values: statements.flatMap(({ values }) => values) };
}

function batchText(statements: readonly Statement[]): string {
  const texts = statements.map(({ text }, index) => text.replace('$1', () => `$${index + 1}`));
  const last = texts.pop() ?? '';
  if (texts.length === 0) return last;
  return `with ${texts.map((text, index) => `part_${index + 1} as (${text})`).join(', ')} ${last}`;
}

const columnNames = new Map<string, string>();

/** A row with the names of the columns, for jsonb_populate_record. */
export function record(row: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [columnNameOf(name), value]));
}

function columnNameOf(name: string): string {
  const column = columnNames.get(name) ?? snake(name);
  columnNames.set(name, column);
  return column;
}
