import { registerEnumType } from 'type-graphql';
import { VOCABULARIES, VOCABULARY_NAMES, type VocabularyName } from '../domain/vocabularies.js';
import { vocabularyDescription, vocabularyLabel } from '../i18n/labels.js';

type EnumOf<Name extends VocabularyName> = { readonly [Code in (typeof VOCABULARIES)[Name][number]]: Code };

/** A GraphQL enum for every vocabulary. The descriptions of values are their English labels. */
export const ENUMS = registerAll();

function registerAll(): { readonly [Name in VocabularyName]: EnumOf<Name> } {
  const enums: Partial<Record<VocabularyName, object>> = {};
  for (const name of VOCABULARY_NAMES) {
    const codes: readonly string[] = VOCABULARIES[name];
    const values = Object.fromEntries(codes.map((code) => [code, code]));
    registerEnumType(values, {
      name,
      description: vocabularyDescription('EN', name),
      valuesConfig: Object.fromEntries(
        codes.map((code) => [
          code,
          { description: vocabularyDescription('EN', name, code) ?? vocabularyLabel('EN', name, code) },
        ]),
      ),
    });
    enums[name] = values;
  }
  return enums as { readonly [Name in VocabularyName]: EnumOf<Name> };
}
