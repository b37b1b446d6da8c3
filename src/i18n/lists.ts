import type { Locale } from '../domain/locale.js';
import { listFormat } from './formats.js';

/** A list in the form of the language: A, B and C. */
export function listText(locale: Locale, items: readonly string[]): string {
  return listFormat(locale).format(items);
}
