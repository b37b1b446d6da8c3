import { LANGUAGES, type Locale } from '../domain/locale.js';

/** A list in the form of the language: A, B and C. */
export function listText(locale: Locale, items: readonly string[]): string {
  return new Intl.ListFormat(LANGUAGES[locale].intl, { type: 'conjunction' }).format(items);
}
