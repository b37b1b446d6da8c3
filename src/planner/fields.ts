import { LOCALES, type Locale } from '../domain/locale.js';
import { VOCABULARIES, type VocabularyName } from '../domain/vocabularies.js';
import { vocabularyLabel } from '../i18n/labels.js';
import type { Field, LinkType, PlanContext, Read, ReadType, Row } from './model.js';
import { concatenated, isLiteral, literal, type Param, type Sql, sql } from './sql.js';

/** Arguments of fields with a localized answer. */
export interface LocaleArguments {
  readonly locale?: Locale | null;
}

/** JSON text of a text expression. */
export function jsonText(text: Sql): Sql {
  return sql`to_json(${text})::text`;
}

/** RFC 3339 in UTC, from a timestamptz expression. Connections run in UTC. */
function jsonTime(time: Sql): Sql {
  return sql`replace(to_json(${time})::text, '+00:00', 'Z')`;
}

/** The time of day in Baku of an instant, or the instant of a time of day there. */
export function inBaku(time: Sql | Param): Sql {
  return sql`(${time} at time zone 'Asia/Baku')`;
}

/** The day in Baku when the statement is run. */
export const todayInBaku: Sql = sql`${inBaku(sql`now()`)}::date`;

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

/** JSON of a text without characters that need escaping, such as a code. */
function quoted(text: Sql): Sql {
  return concatenated(literal('"'), text, literal('"'));
}

/** A code of a vocabulary; codes are plain capitals and need no escaping. */
export function code(column: string): Field {
  return (row) => () => quoted(row(column));
}

/** JSON text of an array of texts. */
export function jsonTexts(array: Sql): Sql {
  return sql`array_to_json(${array})::text`;
}

/** A text array, as JSON. */
export function texts(column: string): Field {
  return (row) => () => jsonTexts(row(column));
}

/** Global id: the type's name and the key of the object within its type. */
export function globalId(typeName: string, keyColumn: string): Field {
  return (row) => () => concatenated(literal(`"${typeName}:`), row(keyColumn), literal('"'));
}

/** The label of a code in the requested language. Catalog texts are compiled into the statement. */
export function label(vocabulary: VocabularyName, column: string): Field {
  return (row, { locale }: LocaleArguments) =>
    (context) =>
      labelOf(vocabulary, row(column), locale ?? context.locale);
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
    (context) =>
      jsonText(row(localColumn(prefix, locale ?? context.locale)));
}

export function localColumn(prefix: string, locale: Locale): string {
  return `${prefix}_${locale.toLowerCase()}`;
}

/** An object of another type, or null if the viewer sees none. */
export function one(type: ReadType, where: (row: Row) => Sql): Read {
  return (context) => {
    const { row, from } = context.rows(type, where);
    return sql`(select ${context.object(type, row)} ${from})`;
  };
}

/** The object of a foreign key, or null if the viewer does not see it. */
export function byKey(type: ReadType, key: Sql): Read {
  return (context) => context.byKey(type, key);
}

/** The object of a foreign key that cannot be missing. Its absence is an internal error and ends the request. */
export function required(type: ReadType, key: Sql): Read {
  return (context) => notNull(context.byKey(type, key), type.name);
}

/** A text that cannot be NULL. NULL is an internal error and ends the request. */
export function notNull(text: Sql, what: string): Sql {
  if (isLiteral(text)) return text;
  return sql`coalesce(${text}, raise_missing_row(${literal(what)}))`;
}

/** Objects of another type, in order. */
export function many(
  type: ReadType,
  where: (row: Row) => Sql,
  orderBy: (row: Row, context: PlanContext) => Sql,
): Read {
  return (context) => {
    const { row, from } = context.rows(type, where);
    return list(sql`select ${context.object(type, row)} ${from} order by ${orderBy(row, context)}`);
  };
}

/**
 * Objects of another type whose keys are in a linking table, in the order of its ordinal column. Those that the
 * viewer does not see are left out.
 */
export function linked(type: ReadType, link: LinkType, keyColumn: string, where: (link: Row) => Sql): Read {
  return (context) => {
    const { row, from } = context.rows(link, where);
    return list(sql`select ${context.byKey(type, row(keyColumn))} ${from} order by ${row('ordinal')}`);
  };
}

/** JSON list of the rows of a query, each the JSON text of one item. Rows of SQL NULL are left out. */
export function list(query: Sql): Sql {
  return concatenated(literal('['), sql`array_to_string(array(${query}), ',')`, literal(']'));
}

/** Whether the viewer sees a row that meets the condition. */
export function exists(context: PlanContext, type: LinkType, where: (row: Row) => Sql): Sql {
  return sql`exists (select ${context.rows(type, where).from})`;
}

/** JSON list of JSON texts. */
export function jsonList(items: readonly Sql[]): Sql {
  const separated = items.flatMap((item, index) => (index === 0 ? [item] : [literal(','), item]));
  return concatenated(literal('['), ...separated, literal(']'));
}

/** Order of languages in lists of translations. */
export const LOCALE_ORDER: readonly Locale[] = LOCALES;
