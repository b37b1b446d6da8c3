import type { Locale } from '../domain/locale.js';
import { numberFormat } from './formats.js';

export type SentenceVariables = Readonly<Record<string, string | number>>;

/** A text of the catalog with its variables filled in. Throws if one is missing. */
export type Sentence = (variables: SentenceVariables) => string;

/** `{{name}}`, or `{{name, number}}` for a number in the format of the language. */
const VARIABLE = /\{\{\s*(\w+)\s*(?:,\s*(\w+)\s*)?\}\}/;

/** Compiles a text of the catalog, so that filling it in searches for nothing. */
export function compileSentence(locale: Locale, text: string): Sentence {
  const parts = text.split(VARIABLE);
  const [beginning = ''] = parts;
  if (parts.length === 1) return () => beginning;
  const variables = Array.from({ length: (parts.length - 1) / 3 }, (_, index) => ({
    name: parts[3 * index + 1] ?? '',
    write: writerOf(locale, text, parts[3 * index + 2]),
    after: parts[3 * index + 3] ?? '',
  }));
  return (given) => {
    let sentence = beginning;
    for (const { name, write, after } of variables) {
      const value = Object.hasOwn(given, name) ? given[name] : undefined;
      if (value === undefined) throw new Error(`No value for {{${name}}} in "${text}"`);
      sentence += write(value) + after;
    }
    return sentence;
  };
}

function writerOf(
  locale: Locale,
  text: string,
  format: string | undefined,
): (value: string | number) => string {
  if (format === undefined) return String;
  if (format !== 'number') throw new Error(`No format ${format}, as in "${text}"`);
  return (value) => numberFormat(locale).format(Number(value));
}
