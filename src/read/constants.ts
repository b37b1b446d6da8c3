import { join, literal, render, Slot, Sql, sql } from './sql.js';

/** Runs a statement of one row of texts. */
export type FetchTexts = (statement: string) => Promise<readonly (string | null)[]>;

/**
 * Objects of reference data as a statement carries them: an array of their JSON texts by key. They are
 * selected like everything else, under the viewer's role and rules, but once, while the plan is made.
 */
export class Constants {
  private readonly queries: Sql[] = [];
  private readonly slots: Slot[] = [];

  constructor(private readonly fetchTexts: FetchTexts) {}

  /** A text array with each object's text at its key; elsewhere it is null. */
  array(key: Sql, object: Sql, from: Sql): Sql {
    const slot = new Slot();
    this.slots.push(slot);
    this.queries.push(sql`(select json_object_agg(${key}, ${object})::text ${from})`);
    return new Sql(['(', slot, '::text[])']);
  }

  /** Selects the objects; until then all arrays are null. */
  async fetch(): Promise<void> {
    if (this.queries.length === 0) return;
    const texts = await this.fetchTexts(render(sql`select ${join(this.queries, ', ')}`).text);
    this.slots.forEach((slot, index) => {
      const objects: Record<string, string> = JSON.parse(texts[index] ?? '{}');
      slot.text = arrayOf(objects);
    });
  }
}

/** SQLSTATE of {@link constantAt} meeting a key that came after its constants. */
export const REFERENCE_CHANGED = 'MZ001';

/** The text at a key, which a foreign key promises to be there; null for no key. */
export function constantAt(array: Sql, key: Sql): Sql {
  return sql`case when ${key} is not null then coalesce(${array}[${key}], reference_changed()) end`;
}

function arrayOf(objects: Readonly<Record<string, string>>): string {
  const keys = Object.keys(objects).map(Number);
  const largest = Math.max(0, ...keys);
  const items = Array.from({ length: largest }, (_, index) => {
    const text = objects[index + 1];
    return text === undefined ? 'null' : literal(text).parts.join('');
  });
  return items.length === 0 ? 'null' : `array[${items.join()}]`;
}
