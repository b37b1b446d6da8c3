import { snake } from './naming.js';

/** A statement with its parameters, ready to be sent. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

const insertions = new Map<string, string>();

/**
 * Inserts rows, however many, by one text for each shape of row: it is made and planned once. Members are named after
 * the columns, in camelCase. `computed` holds columns that the database fills, each with its expression.
 */
export function insertInto<R extends object>(
  table: string,
  rows: readonly R[],
  computed: Readonly<Record<string, string>> = {},
): Statement {
  const given = Object.keys(rows[0] ?? {});
  const shape = [table, ...given, ...Object.entries(computed).flat()].join();
  const text = insertions.get(shape) ?? insertion(table, given, computed);
  insertions.set(shape, text);
  return { text, values: [JSON.stringify(rows.map(record))] };
}

function insertion(
  table: string,
  given: readonly string[],
  computed: Readonly<Record<string, string>>,
): string {
  const quoted = given.map((name) => `"${snake(name)}"`);
  const columns = [...quoted, ...Object.keys(computed)];
  const expressions = [...quoted, ...Object.values(computed)];
  return `insert into ${table} (${columns.join(', ')}) select ${expressions.join(', ')} from jsonb_populate_recordset(null::${table}, $1)`;
}

const joined = new Map<string, string>();

/** Insertions as one statement, which saves the way there and back for each: none of them sees the others' rows. */
export function together(...all: readonly Statement[]): Statement {
  const shape = all.map(({ text }) => text).join(';');
  const text = joined.get(shape) ?? joinedText(all);
  joined.set(shape, text);
  return { text, values: all.flatMap(({ values }) => values) };
}

function joinedText(all: readonly Statement[]): string {
  const texts = all.map(({ text }, index) => text.replace('$1', () => `$${index + 1}`));
  const last = texts.pop() ?? '';
  if (texts.length === 0) return last;
  return `with ${texts.map((text, index) => `part_${index + 1} as (${text})`).join(', ')} ${last}`;
}

const known = new Map<string, string>();

/** A row with its members named as columns are, as jsonb_populate_record takes it. */
export function record(row: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [columnOf(name), value]));
}

function columnOf(name: string): string {
  const column = known.get(name) ?? snake(name);
  known.set(name, column);
  return column;
}
