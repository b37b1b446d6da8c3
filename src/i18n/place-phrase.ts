import type { Locale } from '../domain/locale.js';
import type { PlaceKind } from '../domain/vocabularies.js';
import { translator } from './labels.js';

const RUSSIAN_DISTRICT = /^(\S+)ский район$/;

/**
 * The place of an incident, in a phrase that does not inflect the name: 'near Shusha', 'Şuşa yakınlarında', 'в районе
 * населённого пункта Шуша'. Only Russian names of districts of the pattern Агдамский район are inflected. Others
 * follow a colon.
 */
export function placePhrase(
  locale: Locale,
  { kind, name, district }: { kind: PlaceKind; name: string; district: string | null },
): string {
  const t = translator(locale);
  if (kind === 'AREA') return t('digest.place', { context: 'AREA', name });
  if (kind !== 'DISTRICT') {
    if (district === null) return t('digest.place', { context: 'SETTLEMENT', name });
    return t('digest.place', { context: 'WITHIN', name, district });
  }
  if (locale !== 'RU') return t('digest.place', { context: 'DISTRICT', name });
  const [, stem] = RUSSIAN_DISTRICT.exec(name) ?? [];
  if (stem === undefined) return t('digest.place', { name });
  return t('digest.place', { context: 'DISTRICT', name: `${stem}ском районе` });
}
