import { Field, ObjectType } from 'type-graphql';
import { COST } from '../domain/limits.js';
import { LANGUAGES, LOCALES, type Locale } from '../domain/locale.js';
import type { TranslationStatus } from '../domain/vocabularies.js';
import { ENUMS } from './enums.js';

@ObjectType({ description: 'A text in one of its languages.' })
class Translation {
  @Field(() => ENUMS.Locale, { description: 'Language of the text.' })
  locale!: Locale;

  @Field(() => String, { description: 'The text.', complexity: COST.text })
  text!: string;

  @Field(() => ENUMS.TranslationStatus, {
    description: 'Whether this is the source, or how the translation was made.',
  })
  status!: TranslationStatus;

  @Field(() => Boolean, { description: 'The source text has changed since this translation was made.' })
  isStale!: boolean;
}

@ObjectType({
  description: `Free text in one language out of several. \`locale\` is the language actually served; a fallback is never silent. Fallback order: the language asked for, then ${fallbackText()}.`,
})
export class LocalizedText {
  @Field(() => String, { description: 'The text in the language served.', complexity: COST.text })
  text!: string;

  @Field(() => ENUMS.Locale, { description: 'The language served.' })
  locale!: Locale;

  @Field(() => ENUMS.Locale, { description: 'The language asked for.' })
  requestedLocale!: Locale;

  @Field(() => Boolean, { description: 'The language served is not the one asked for.' })
  isFallback!: boolean;

  @Field(() => ENUMS.TranslationStatus, {
    description: 'Whether the text served is the source, or how its translation was made.',
  })
  status!: TranslationStatus;

  @Field(() => Boolean, { description: 'The source text has changed since this translation was made.' })
  isStale!: boolean;

  @Field(() => [Translation], { description: 'Every language the text exists in, the source included.' })
  translations!: Translation[];
}

/** The stored form of a localized text: one jsonb value. */
export interface StoredText {
  readonly source: Locale;
  /** Increases with every change of the source text. */
  readonly revision: number;
  readonly texts: Partial<Record<Locale, StoredTranslation>>;
}

export interface StoredTranslation {
  readonly locale: Locale;
  readonly text: string;
  readonly status: TranslationStatus;
  /** Revision of the source text: of this text itself, or of the one it was translated from. */
  readonly revision: number;
}

/** The fallback languages of each language, for the description. */
function fallbackText(): string {
  return LOCALES.map((locale) => {
    const fallbacks = LANGUAGES[locale].fallbacks.map((name) =>
      name === 'source' ? 'the source language' : name,
    );
    return `for ${locale}: ${fallbacks.join(', ')}`;
  }).join('; ');
}
