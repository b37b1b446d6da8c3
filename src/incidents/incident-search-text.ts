import type { StoredText } from '../labels/localized-text.type.js';
import { fold } from '../search/folding.js';

/** What an incident is found by; `places` are the search texts of its place and of the district around it. */
export function incidentSearchText(
  reference: string,
  texts: readonly (StoredText | null)[],
  places: readonly string[],
): string {
  const words = texts.flatMap((text) =>
    Object.values(text?.texts ?? {}).map((translation) => fold(translation.text)),
  );
  return [...new Set([fold(reference), ...words, ...places])].join(' ');
}
