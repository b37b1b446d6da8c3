export const LOCALES = ['TR', 'RU', 'AZ', 'EN'] as const;
/** tr and ru are the Centre's working languages, az the host's, en the integrators'. */
export type Locale = (typeof LOCALES)[number];

/** Language tags (BCP 47) as HTTP, i18next and Intl want them. */
export const LANGUAGE_TAG = { TR: 'tr', RU: 'ru', AZ: 'az', EN: 'en' } as const satisfies Record<
  Locale,
  string
>;
export type LanguageTag = (typeof LANGUAGE_TAG)[Locale];

/** Locales for Intl where dates and lists are written out: English as the Centre writes it, 9 March 2022. */
export const INTL_LOCALE = { TR: 'tr-TR', RU: 'ru-RU', AZ: 'az-AZ', EN: 'en-GB' } as const satisfies Record<
  Locale,
  string
>;
