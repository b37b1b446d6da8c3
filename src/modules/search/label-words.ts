import type { EntityManager } from 'typeorm';
import { LOCALES } from '../../domain/locale.js';
import { VOCABULARIES } from '../../domain/vocabularies.js';
import { vocabularyLabel } from '../../i18n/labels.js';

/** Vocabularies whose labels are searched, so that the label of its category finds a record. */
const SEARCHED = ['IncidentCategory', 'PlaceKind'] as const;

/** Updates the search words of labels from the catalogs, so that a changed label finds records at once. */
export async function updateLabelWords(manager: EntityManager): Promise<void> {
  const labels = SEARCHED.flatMap((name) =>
    VOCABULARIES[name].flatMap((code) =>
      LOCALES.map((locale) => ({ code, text: vocabularyLabel(locale, name, code) })),
    ),
  );
  await manager.query('select search.replace_labels($1, $2)', [
    labels.map(({ code }) => code),
    labels.map(({ text }) => text),
  ]);
}
