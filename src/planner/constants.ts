import { literal, render, type Sql, sql } from './sql.js';

/**
 * Reference data in statements. A prepared statement can hold the objects of a reference type as a constant array of
 * JSON texts by key. PostgreSQL selects them once, when it plans the statement, under the role and row rules of the
 * viewer. The text of the statement stays short.
 */

/** The array; `object` is the JSON text of one object. */
export function constantTexts(key: Sql, object: Sql, from: Sql): Sql {
  const query = render(sql`select ${key}, ${object} ${from}`).text;
  return sql`constant_texts(${literal(query)})`;
}

/** SQLSTATE that {@link constantAt} raises for a key that is newer than its constants. */
export const REFERENCE_CHANGED = 'MZ001';

/** The text of a key, which exists because of a foreign key; null for a null key. */
export function constantAt(texts: Sql, key: Sql): Sql {
  return sql`case when ${key} is not null then coalesce((${texts})[${key}], raise_reference_changed()) end`;
}
