import { createInstance } from 'i18next';
import { LRUCache } from 'lru-cache';
import { LANGUAGES, type LanguageTag, type Locale } from '../domain/locale.js';
import type { VocabularyName } from '../domain/vocabularies.js';
import az from './catalogs/az.json' with { type: 'json' };
import en from './catalogs/en.json' with { type: 'json' };
import ru from './catalogs/ru.json' with { type: 'json' };
import tr from './catalogs/tr.json' with { type: 'json' };
import { pluralRules } from './formats.js';
import { compileSentence, type Sentence, type SentenceVariables } from './sentence.js';

/**
 * The text of a catalog key, such as `errors.FORBIDDEN`, in one language. Plurals follow CLDR by the variable
 * `count`. Variables are inserted unchanged. Throws if the catalog lacks the key or a variable of the text is
 * missing.
 */
export type Translate = (key: string, variables?: SentenceVariables) => string;

/** More than the catalogs have; contexts are codes of the record. */
const MAX_SENTENCES = 10_000;

const catalogs = { tr, ru, az, en } satisfies Record<LanguageTag, object>;

function refuse(problem: string): never {
  throw new Error(problem);
}

const instance = createInstance();
void instance.init({
  initAsync: false,
  fallbackLng: false,
  nsSeparator: false,
  resources: Object.fromEntries(Object.entries(catalogs).map(([tag, translation]) => [tag, { translation }])),
  parseMissingKeyHandler: (key) => refuse(`No text for ${key} in the catalog`),
  returnedObjectHandler: (key) => refuse(`${key} is a group of texts, not a text`),
});

const NO_VARIABLES: SentenceVariables = {};

/** i18next finds the text of a key, a context and a plural form once. Filling it in takes a hundredth of the time. */
function fixedTranslator(locale: Locale): Translate {
  const fixed = instance.getFixedT(LANGUAGES[locale].tag);
  const sentences = new LRUCache<string, Sentence>({ max: MAX_SENTENCES });
  return (key, variables = NO_VARIABLES) => {
    const { context = '', count } = variables;
    const form = typeof count === 'number' ? pluralRules(locale).select(count) : '';
    const name = `${key} ${context} ${form}`;
    let sentence = sentences.get(name);
    if (!sentence) {
      sentence = compileSentence(locale, fixed(key, { ...variables, skipInterpolation: true }));
      sentences.set(name, sentence);
    }
    return sentence(variables);
  };
}

const translators = new Map<Locale, Translate>();

/** The translator of a language. It has no state. */
export function translator(locale: Locale): Translate {
  const translate = translators.get(locale) ?? fixedTranslator(locale);
  translators.set(locale, translate);
  return translate;
}

/** Label of a code. Its first letter is lower case, as in a dictionary. */
export function vocabularyLabel(locale: Locale, vocabulary: VocabularyName, code: string): string {
  return translator(locale)(`vocabulary.${vocabulary}.${code}`);
}

/** A sentence that explains a code, or undefined. Without a code, the name of the vocabulary. */
export function vocabularyDescription(
  locale: Locale,
  vocabulary: VocabularyName,
  code?: string,
): string | undefined {
  if (code === undefined) return translator(locale)(`vocabularyName.${vocabulary}`);
  const key = `description.${vocabulary}.${code}`;
  return instance.exists(key, { lng: LANGUAGES[locale].tag }) ? translator(locale)(key) : undefined;
}
