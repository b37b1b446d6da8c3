import { snake } from './naming.js';

/** A statement with its parameters, ready to be sent. */
export interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * Inserts rows, however many, by one text for each shape of row: it is planned once. Members are named after the
 * columns, in camelCase. `computed` holds columns that the database fills, each with its expression.
 */
export function insertInto<R extends object>(
  table: string,
  rows: readonly R[],
  computed: Readonly<Record<string, string>> = {},
): Statement {
  const given = Object.keys(rows[0] ?? {}).map((name) => [name, `"${snake(name)}"`] as const);
  const columns = [...given.map(([, column]) => column), ...Object.keys(computed)];
  const expressions = [...given.map(([, column]) => column), ...Object.values(computed)];
  return {
    text: `insert into ${table} (${columns.join(', ')}) select ${expressions.join(', ')} from jsonb_populate_recordset(null::${table}, $1)`,
    values: [JSON.stringify(rows.map(record))],
  };
}

/** A row with its members named as columns are, as jsonb_populate_record takes it. */
export function record(row: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [snake(name), value]));
}
