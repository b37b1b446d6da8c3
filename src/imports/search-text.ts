import type { LocalNames } from '../labels/local-names.js';
import type { StoredText } from '../labels/localized-text.type.js';
import { fold } from '../search/folding.js';

/** What a place or an official is found by. */
export function namesSearchText(names: LocalNames, aliases: readonly string[] = []): string {
  return distinct([names.tr, names.ru, names.az, names.en, ...aliases].map(fold));
}

/** What an incident is found by; `places` are the search texts of its place and of the district around it. */
export function incidentSearchText(
  reference: string,
  texts: readonly (StoredText | null)[],
  places: readonly string[],
): string {
  const words = texts.flatMap((text) =>
    Object.values(text?.texts ?? {}).map((translation) => fold(translation.text)),
  );
  return distinct([fold(reference), ...words, ...places]);
}

function distinct(texts: readonly string[]): string {
  return [...new Set(texts)].join(' ');
}
