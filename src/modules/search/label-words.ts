import type { EntityManager } from 'typeorm';
import { LOCALES } from '../../domain/locale.js';
import { VOCABULARIES } from '../../domain/vocabularies.js';
import { vocabularyLabel } from '../../i18n/labels.js';

/** Vocabularies whose labels are searched: a record is found by what its category is called. */
const SEARCHED = ['IncidentCategory', 'PlaceKind'] as const;

/** Keeps what is searched in line with the catalogs, so that a label that has changed is found at once. */
export async function keepLabelWords(manager: EntityManager): Promise<void> {
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
