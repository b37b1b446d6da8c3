interface Language {
  /** Language tag (BCP 47) of HTTP, i18next, Intl and `lang` in HTML; suffix of columns: name_tr. */
  readonly tag: string;
  /** Intl locale for dates and lists. British, because the Centre writes 9 March 2022. */
  readonly intl: string;
  /** ICU collation in PostgreSQL: each language has its own alphabetical order. */
  readonly collation: string;
  /** Fallback languages, in order. `source` is the language of the author. */
  readonly fallbacks: readonly string[];
}

/**
 * All languages of the API. tr and ru are the working languages of the Centre, az that of the host, en that of
 * integrators. The order is that of the bits of `untranslated` in the database, so a new language comes last. See
 * docs/guide/add-a-language.md.
 */
export const LANGUAGES = {
  TR: { tag: 'tr', intl: 'tr-TR', collation: 'tr-x-icu', fallbacks: ['AZ', 'EN', 'RU'] },
  RU: { tag: 'ru', intl: 'ru-RU', collation: 'ru-x-icu', fallbacks: ['EN', 'TR', 'AZ'] },
  AZ: { tag: 'az', intl: 'az-AZ', collation: 'az-x-icu', fallbacks: ['TR', 'EN', 'RU'] },
  EN: { tag: 'en', intl: 'en-GB', collation: 'en-x-icu', fallbacks: ['source', 'RU', 'TR', 'AZ'] },
} as const satisfies Record<string, Language>;

export type Locale = keyof typeof LANGUAGES;
export type LanguageTag = (typeof LANGUAGES)[Locale]['tag'];

export const LOCALES = Object.keys(LANGUAGES) as readonly Locale[];
export const LANGUAGE_TAGS: readonly LanguageTag[] = LOCALES.map((locale) => LANGUAGES[locale].tag);

/** The language of a tag, in any case; undefined if the API has no such language. */
export function localeOf(tag: string): Locale | undefined {
  return LOCALES.find((locale) => LANGUAGES[locale].tag === tag.toLowerCase());
}

/** The bit of a language in `incident.untranslated`; the SQL function untranslated sets the same. */
export function localeBit(locale: Locale): number {
  return 1 << LOCALES.indexOf(locale);
}
