import { MAX_LENGTH } from '../../../domain/limits.js';
import type { TranslationStatus } from '../../../domain/vocabularies.js';
import type { StoredText } from '../../../graphql-types/localized-text.type.js';
import type { Problem } from '../../../mutations/problem.js';
import { parseTextInput, type WrittenText } from '../../../mutations/text.rules.js';
import type { TranslateIncidentInput } from './writing.inputs.js';

/** A parsed translation. It is valid if `problems` is empty. */
interface ParsedTranslation {
  readonly title: WrittenText | null;
  readonly narrative: WrittenText | null;
  readonly problems: readonly Problem[];
}

export function parseTranslation({ title, narrative, status }: TranslateIncidentInput): ParsedTranslation {
  const problems: Problem[] = [];
  if (title == null && narrative == null) problems.push({ reason: 'NOTHING_GIVEN', field: ['input'] });
  if (status === 'SOURCE') problems.push({ reason: 'SOURCE_STATUS', field: ['input', 'status'] });
  return {
    title:
      title == null
        ? null
        : parseTextInput(title, ['input', 'title'], { longest: MAX_LENGTH.title }, problems),
    narrative:
      narrative == null
        ? null
        : parseTextInput(
            narrative,
            ['input', 'narrative'],
            { longest: MAX_LENGTH.narrative, hasLines: true },
            problems,
          ),
    problems,
  };
}

/** Problems of a translation: there is no text to translate, or its source is in that language. */
export function validateTranslation(
  text: StoredText | null,
  part: string,
  translation: WrittenText | null,
): Problem[] {
  if (translation === null) return [];
  if (text === null) return [{ reason: 'NO_NARRATIVE', field: ['input', part] }];
  if (text.source === translation.locale)
    return [{ reason: 'SOURCE_LOCALE', field: ['input', part, 'locale'] }];
  return [];
}

/** The text with a translation of its current source. */
export function translatedText<T extends StoredText | null>(
  text: T,
  translation: WrittenText | null,
  status: TranslationStatus,
): T {
  if (text === null || translation === null) return text;
  const { locale, text: words } = translation;
  const { revision } = text;
  return { ...text, texts: { ...text.texts, [locale]: { locale, text: words, status, revision } } };
}

/** Whether all translations have the same text, status and revision as before. */
export function isSameText(before: StoredText | null, after: StoredText | null): boolean {
  if (before === null || after === null) return before === after;
  return Object.values(after.texts).every((text) => {
    const former = before.texts[text.locale];
    return former?.text === text.text && former.status === text.status && former.revision === text.revision;
  });
}
