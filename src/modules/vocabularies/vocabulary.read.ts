import { VOCABULARIES, VOCABULARY_NAMES, type VocabularyName } from '../../domain/vocabularies.js';
import { vocabularyDescription, vocabularyLabel } from '../../i18n/labels.js';
import { jsonList, type LocaleArguments } from '../../planner/fields.js';
import type { Fields, Read, ReadType, Row } from '../../planner/model.js';
import { literal, type Sql } from '../../planner/sql.js';

/** Vocabularies are in the code, not in a table. Their selection becomes a constant. */
const NO_ROW: Row = (column) => {
  throw new Error(`Vocabularies have no column ${column}`);
};

export const vocabularies: Read = (context) =>
  jsonList(VOCABULARY_NAMES.map((name) => context.object(vocabularyFields(name), NO_ROW)));

function vocabularyFields(name: VocabularyName): Fields {
  return {
    name: () => () => constant(name),
    terms: () => (context) =>
      jsonList(VOCABULARIES[name].map((code) => context.object(termFields(name, code), NO_ROW))),
  };
}

function termFields(vocabulary: VocabularyName, code: string): Fields {
  return {
    code: () => () => constant(code),
    label:
      (_, { locale }: LocaleArguments) =>
      (context) =>
        constant(vocabularyLabel(locale ?? context.locale, vocabulary, code)),
    description:
      (_, { locale }: LocaleArguments) =>
      (context) =>
        constant(vocabularyDescription(locale ?? context.locale, vocabulary, code) ?? null),
  };
}

function constant(value: string | null): Sql {
  return literal(JSON.stringify(value));
}

/** Declares the fields of the types for the model. */
export const VOCABULARY_TYPES: readonly ReadType[] = [
  { name: 'Vocabulary', rows: 'partOfOwner', scope: 'reference:read', fields: vocabularyFields('Locale') },
  { name: 'Term', rows: 'partOfOwner', scope: 'reference:read', fields: termFields('Locale', 'TR') },
];
