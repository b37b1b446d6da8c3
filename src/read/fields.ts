import { vocabularyLabel } from '../labels/labels.js';
import { LOCALES, type Locale } from '../labels/locale.js';
import { VOCABULARIES, type VocabularyName } from '../labels/vocabularies.js';
import type { Field, LinkType, Read, ReadType, Row, Step } from './model.js';
import { join, literal, raw, type Sql, sql } from './sql.js';

/** Arguments of every field that is answered in a language. */
export interface LocaleArguments {
  readonly locale?: Locale | null;
}

/** JSON text of a text expression. */
export function jsonText(text: Sql): Sql {
  return sql`to_json(${text})::text`;
}

/** RFC 3339 in UTC, from a timestamptz expression. Connections run in UTC. */
export function jsonTime(time: Sql): Sql {
  return sql`replace(to_json(${time})::text, '+00:00', 'Z')`;
}

export function text(column: string): Field {
  return (row) => () => jsonText(row(column));
}

export function number(column: string): Field {
  return (row) => () => sql`${row(column)}::text`;
}

export function time(column: string): Field {
  return (row) => () => jsonTime(row(column));
}

export function date(column: string): Field {
  return (row) => () => sql`to_json(${row(column)})::text`;
}

/** A code of a vocabulary; codes are plain capitals and need no escaping. */
export function code(column: string): Field {
  return (row) => () => sql`'"' || ${row(column)} || '"'`;
}

/** A text array, as JSON. */
export function texts(column: string): Field {
  return (row) => () => sql`array_to_json(${row(column)})::text`;
}

/** Global id: the type's name and the key of the object within its type. */
export function globalId(typeName: string, keyColumn: string): Field {
  return (row) => () => sql`concat('"${raw(typeName)}:', ${row(keyColumn)}, '"')`;
}

/** The label of a code in the language asked for, out of the catalogs, compiled into the statement. */
export function label(vocabulary: VocabularyName, column: string): Field {
  return (row, { locale }: LocaleArguments) =>
    (step) =>
      labelOf(vocabulary, row(column), locale ?? step.locale);
}

export function labelOf(vocabulary: VocabularyName, codeColumn: Sql, locale: Locale): Sql {
  const labels = Object.fromEntries(
    VOCABULARIES[vocabulary].map((value) => [
      value,
      JSON.stringify(vocabularyLabel(locale, vocabulary, value)),
    ]),
  );
  return sql`(${literal(JSON.stringify(labels))}::jsonb ->> ${codeColumn})`;
}

/** A name that exists in all four languages, one column for each: name_tr, name_ru, name_az, name_en. */
export function localName(prefix: string): Field {
  return (row, { locale }: LocaleArguments) =>
    (step) =>
      jsonText(row(localColumn(prefix, locale ?? step.locale)));
}

export function localColumn(prefix: string, locale: Locale): string {
  return `${prefix}_${locale.toLowerCase()}`;
}

/** One object of another type, or null when there is none that the viewer sees. */
export function one(type: ReadType, where: (row: Row) => Sql): Read {
  return (step) => {
    const { row, from } = step.rows(type, where);
    return sql`(select ${step.object(type, row)} ${from})`;
  };
}

/** One object that a foreign key promises. Its absence is our fault and ends the request. */
export function required(type: ReadType, where: (row: Row) => Sql): Read {
  return (step) => sql`coalesce(${one(type, where)(step)}, read_missing(${literal(type.name)}))`;
}

/** Objects of another type in a given order. */
export function many(type: ReadType, where: (row: Row) => Sql, orderBy: (row: Row, step: Step) => Sql): Read {
  return (step) => {
    const { row, from } = step.rows(type, where);
    return list(sql`select ${step.object(type, row)} ${from} order by ${orderBy(row, step)}`);
  };
}

/** Objects of another type that a linking table ties to this row, in the order of its position column. */
export function linked(type: ReadType, link: LinkType, where: (row: Row, link: Row) => Sql): Read {
  return (step) => {
    const { row, link: linkRow, from } = step.rowsVia(type, link, where);
    return list(sql`select ${step.object(type, row)} ${from} order by ${linkRow('position')}`);
  };
}

/** JSON list of a query's rows, each the JSON text of one item. */
export function list(query: Sql): Sql {
  return sql`concat('[', array_to_string(array(${query}), ','), ']')`;
}

/** Whether the viewer sees any row that meets the condition. */
export function exists(step: Step, type: LinkType, where: (row: Row) => Sql): Sql {
  return sql`exists (select ${step.rows(type, where).from})`;
}

/** JSON list of literals, each JSON text already. */
export function jsonList(items: readonly Sql[]): Sql {
  return items.length === 0 ? literal('[]') : sql`concat('[', ${join(items, ", ',', ")}, ']')`;
}

/** Languages in the order in which lists of translations are given. */
export const LOCALE_ORDER: readonly Locale[] = LOCALES;
