import type { Locale } from '../domain/locale.js';

/**
 * Suffixes of numbers in Turkish and Azerbaijani. They depend on the last word of the spoken number:
 * 14:05 ends in beş, 10:00 in on, 2023 in üç.
 */

/** Suffixes for the last words of 0 to 9 and of 10 to 90: clock time in Turkish, in Azerbaijani, year in Azerbaijani. */
const ONES = {
  TR: ['da', 'de', 'de', 'te', 'te', 'te', 'da', 'de', 'de', 'da'],
  AZ: ['da', 'də', 'də', 'də', 'də', 'də', 'da', 'də', 'də', 'da'],
  YEAR: ['ci', 'ci', 'ci', 'cü', 'cü', 'ci', 'cı', 'ci', 'ci', 'cu'],
} as const;
const TENS = {
  TR: ['da', 'da', 'de', 'da', 'ta', 'de', 'ta', 'te', 'de', 'da'],
  AZ: ['da', 'da', 'də', 'da', 'da', 'də', 'da', 'də', 'də', 'da'],
  YEAR: ['ci', 'cu', 'ci', 'cu', 'cı', 'ci', 'cı', 'ci', 'ci', 'cı'],
} as const;

function ending(endings: keyof typeof ONES, number: number): string {
  const ones = number % 10;
  const tens = Math.floor(number / 10) % 10;
  if (ones === 0 && tens > 0) return TENS[endings][tens] ?? '';
  return ONES[endings][ones] ?? '';
}

/** A clock time with the suffix for "at": 14:05'te in Turkish, 14:05-də in Azerbaijani. */
export function pointInTime(locale: Locale, clock: string): string {
  if (locale !== 'TR' && locale !== 'AZ') return clock;
  const [hour = 0, minute = 0] = clock.split(':').map(Number);
  return `${clock}${locale === 'TR' ? "'" : '-'}${ending(locale, minute === 0 ? hour : minute)}`;
}

/** A year in the form that dates use: 2023-cü in Azerbaijani, plain in the other languages. */
export function ordinalYear(locale: Locale, year: number): string {
  if (locale !== 'AZ') return String(year);
  const isHundred = year % 100 === 0;
  return `${year}-${isHundred && year % 1000 !== 0 ? 'cü' : ending('YEAR', year)}`;
}
