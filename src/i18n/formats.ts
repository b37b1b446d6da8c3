import { LANGUAGES, type Locale } from '../domain/locale.js';

/**
 * The formats of `Intl`, each made once for a language: making one takes up to a millisecond, using it a few
 * microseconds.
 */
function onceForLocale<Format>(make: (intl: string) => Format): (locale: Locale) => Format {
  const formats = new Map<Locale, Format>();
  return (locale) => {
    const format = formats.get(locale) ?? make(LANGUAGES[locale].intl);
    formats.set(locale, format);
    return format;
  };
}

/** The Centre's time: UTC+4 all year. */
const BAKU = 'Asia/Baku';

/** Date and clock time in Baku. */
export const momentFormat = onceForLocale(
  (intl) =>
    new Intl.DateTimeFormat(intl, {
      timeZone: BAKU,
      day: 'numeric',
      month: 'long',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }),
);

/** A list with "and". */
export const listFormat = onceForLocale((intl) => new Intl.ListFormat(intl, { type: 'conjunction' }));

export const numberFormat = onceForLocale((intl) => new Intl.NumberFormat(intl));

/** Plural forms of CLDR. */
export const pluralRules = onceForLocale((intl) => new Intl.PluralRules(intl));

const DAY_IN_BAKU = new Intl.DateTimeFormat('en-CA', { timeZone: BAKU });

/** The date in Baku, as 2022-03-09. */
export function dayInBaku(time: Date): string {
  return DAY_IN_BAKU.format(time);
}
