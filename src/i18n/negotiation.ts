import { LANGUAGES, LOCALES, type Locale, localeOf } from '../domain/locale.js';
import type { Nation } from '../domain/scopes.js';

/** Each nation's own language. */
export const NATION_LOCALE = { TUR: 'TR', RUS: 'RU', AZE: 'AZ' } as const satisfies Record<Nation, Locale>;

const TAG = /^(?:\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)$/i;
const WEIGHT = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;
const WEIGHT_PARAMETER = /^q\s*=\s*(.*)$/i;

interface LanguageRange {
  /** Primary subtag in lower case, or `*`. */
  readonly language: string;
  readonly weight: number;
}

/**
 * The language of a request: the token's `locale` claim, then Accept-Language (RFC 9110), then the
 * nation's own language, then EN. Only the primary subtag counts, so tr-TR and az_Latn_AZ match.
 * Malformed entries are ignored. With `*`, or without a known language, the nation's own language applies,
 * unless the header refuses it with `q=0`.
 */
export function requestLocale({
  claim,
  acceptLanguage,
  nation,
}: {
  claim: Locale | null;
  acceptLanguage: string | undefined;
  nation: Nation | null;
}): Locale {
  if (claim !== null) return claim;
  const own = nation === null ? 'EN' : NATION_LOCALE[nation];
  if (acceptLanguage === undefined) return own;
  const ranges = languageRanges(acceptLanguage);
  const named = new Set(ranges.map(({ language }) => language));
  const ownFirst = [own, 'EN', ...LOCALES] as const;
  const unnamed = ownFirst.find((locale) => !named.has(LANGUAGES[locale].tag));
  for (const { language } of ranges.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight)) {
    const match = language === '*' ? unnamed : localeOf(language);
    if (match !== undefined) return match;
  }
  return unnamed ?? own;
}

function languageRanges(header: string): LanguageRange[] {
  return header.split(',').flatMap((entry) => languageRange(entry) ?? []);
}

/** One entry of the header, or null when it is not well formed. */
function languageRange(entry: string): LanguageRange | null {
  const [tag = '', ...parameters] = entry.split(';').map((part) => part.trim());
  const normalized = tag.replaceAll('_', '-').toLowerCase();
  if (!TAG.test(normalized) || parameters.length > 1) return null;
  const language = normalized.split('-', 1)[0] ?? normalized;
  const [parameter] = parameters;
  if (parameter === undefined) return { language, weight: 1 };
  const weight = WEIGHT_PARAMETER.exec(parameter)?.[1];
  return weight !== undefined && WEIGHT.test(weight) ? { language, weight: Number(weight) } : null;
}
