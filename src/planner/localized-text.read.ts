import { LANGUAGES, type Locale } from '../domain/locale.js';
import { LOCALE_ORDER, type LocaleArguments } from './fields.js';
import type { Field, Fields, ReadType, Row } from './model.js';
import { join, literal, raw, type Sql, sql } from './sql.js';

/**
 * Free text in several languages is one jsonb value:
 * `{"source":"RU","revision":2,"texts":{"RU":{"locale":"RU","text":"…","status":"SOURCE","revision":2},…}}`. A
 * translation holds the revision of its source text, and is stale if that is not the newest.
 */

/** The text of a jsonb column in the requested language. */
export function localizedText(column: string): Field {
  return (row, { locale }: LocaleArguments) =>
    (context) => {
      const requested = locale ?? context.locale;
      const value = row(column);
      const alias = context.alias();
      const served: Row = (name) => raw(`${alias}.${name}`);
      const object = context.object(localizedTextFields(requested, value), served);
      return sql`(select ${object} from (select ${entryFor(requested, value)} as entry) ${raw(alias)} where ${served('entry')} is not null)`;
    };
}

/** The entry for a language, by the documented fallback order. */
export function entryFor(requested: Locale, value: Sql): Sql {
  const candidates = [requested, ...LANGUAGES[requested].fallbacks].map((locale) =>
    locale === 'source'
      ? sql`${value} -> 'texts' -> (${value} ->> 'source')`
      : sql`${value} -> 'texts' -> ${literal(locale)}`,
  );
  return sql`coalesce(${join(candidates, ', ')})`;
}

function localizedTextFields(requested: Locale, value: Sql): Fields {
  return {
    ...entryFields(value),
    requestedLocale: () => () => literal(`"${requested}"`),
    isFallback: (row) => () => sql`(${row('entry')} ->> 'locale' <> ${literal(requested)})::text`,
    translations: () => (context) => {
      const items = LOCALE_ORDER.map((locale) => {
        const alias = context.alias();
        const entry: Row = (name) => raw(`${alias}.${name}`);
        return sql`(select ${context.object(entryFields(value), entry)} from (select ${value} -> 'texts' -> ${literal(locale)} as entry) ${raw(alias)} where ${entry('entry')} is not null)`;
      });
      return sql`concat('[', array_to_string(array[${join(items, ', ')}], ','), ']')`;
    },
  };
}

function entryFields(value: Sql): Fields {
  return {
    text: (row) => () => sql`(${row('entry')} -> 'text')::text`,
    locale: (row) => () => sql`(${row('entry')} -> 'locale')::text`,
    status: (row) => () => sql`(${row('entry')} -> 'status')::text`,
    isStale: (row) => () =>
      sql`((${row('entry')} ->> 'revision')::int < (${value} ->> 'revision')::int)::text`,
  };
}

const dummy = sql`null`;

/** Declares the fields of the types for the model. The values come from the column of the owner. */
export const localizedTextRead: ReadType = {
  name: 'LocalizedText',
  rows: 'partOfOwner',
  scope: null,
  fields: localizedTextFields('EN', dummy),
};

export const translationRead: ReadType = {
  name: 'Translation',
  rows: 'partOfOwner',
  scope: null,
  fields: entryFields(dummy),
};
