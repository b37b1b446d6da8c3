import { literal, render, type Sql, sql } from './sql.js';

/**
 * Objects of reference data as a plan holds them: an array of their JSON texts by key. They are selected like
 * everything else, under the viewer's role and rules, but once, while PostgreSQL plans the statement; its text,
 * which PostgreSQL goes through each time it runs, stays short.
 */
export function constantTexts(key: Sql, object: Sql, from: Sql): Sql {
  const query = render(sql`select ${key}, ${object} ${from}`).text;
  return sql`constant_texts(${literal(query)})`;
}

/** SQLSTATE of {@link constantAt} meeting a key that came after its constants. */
export const REFERENCE_CHANGED = 'MZ001';

/** The text at a key, which a foreign key promises to be there; null for no key. */
export function constantAt(texts: Sql, key: Sql): Sql {
  return sql`case when ${key} is not null then coalesce((${texts})[${key}], raise_reference_changed()) end`;
}
