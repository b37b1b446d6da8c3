import { LANGUAGES, type Locale } from '../../../src/domain/locale.js';
import type { Text } from './record.js';

const FALLBACKS: Readonly<Record<Locale, readonly Locale[]>> = {
  TR: ['AZ', 'EN', 'RU'],
  AZ: ['TR', 'EN', 'RU'],
  RU: ['EN', 'TR', 'AZ'],
  EN: ['RU', 'TR', 'AZ'],
};

/** A LocalizedText as the domain rules have it. */
export function serve(body: Text, wanted: Locale): object {
  const order = [wanted, ...(wanted === 'EN' ? [body.source] : []), ...FALLBACKS[wanted]];
  const locale = order.find((candidate) => body.texts[candidate] !== undefined) ?? body.source;
  return {
    ...translation(body, locale),
    requestedLocale: wanted,
    isFallback: locale !== wanted,
    translations: (['TR', 'RU', 'AZ', 'EN'] as const).flatMap((each) =>
      body.texts[each] === undefined ? [] : [translation(body, each)],
    ),
  };
}

function translation(body: Text, locale: Locale): object {
  const entry = body.texts[locale];
  return {
    locale,
    text: entry?.text,
    status: entry?.status,
    isStale: (entry?.revision ?? 0) < body.revision,
  };
}

/** Whether a text exists and has no up-to-date version in a language. */
export function isUntranslated(body: Text | null, locale: Locale): boolean {
  return body !== null && (body.texts[locale]?.revision ?? 0) < body.revision;
}

/** A day, month or year key as a label. */
export function dateLabel(key: string, locale: Locale): string {
  if (key.length === 4) return key;
  const date = new Date(`${key}${key.length === 7 ? '-01' : ''}T00:00:00Z`);
  return date.toLocaleDateString(LANGUAGES[locale].tag, {
    timeZone: 'UTC',
    year: 'numeric',
    month: 'long',
    ...(key.length === 10 ? { day: 'numeric' } : {}),
  });
}

/** Orders names as a language does; names equal to it by their bytes. */
export function compareNames(locale: Locale): (a: string, b: string) => number {
  const { compare } = new Intl.Collator(LANGUAGES[locale].tag);
  return (a, b) => compare(a, b) || Buffer.compare(Buffer.from(a), Buffer.from(b));
}
