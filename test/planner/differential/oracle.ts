import {
  type DocumentNode,
  type ExecutionResult,
  executeSync,
  type GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInterfaceType,
  isObjectType,
} from 'graphql';
import type { VocabularyName } from '../../../src/domain/vocabularies.js';
import { vocabularyDescription, vocabularyLabel } from '../../../src/i18n/labels.js';
import { type Asker, refusal, scopeFor } from './asker.js';
import { ORACLE_FIELDS, type World } from './fields.js';
import type { Cursors } from './pages.js';
import type { Row, StoredRecord } from './record.js';
import { serve } from './texts.js';

export type Oracle = (
  asker: Asker,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
) => ExecutionResult;

/**
 * What a query should answer: graphql-js executes it field by field over plain objects. It shares with the
 * server the schema's types and the catalogs, nothing else.
 */
export function createOracle(schema: GraphQLSchema, record: StoredRecord, cursors: Cursors): Oracle {
  const typeOf = new Map<unknown, string>();
  for (const [table, type] of Object.entries({
    party: 'Party',
    official: 'Official',
    agreement: 'Agreement',
    provision: 'Provision',
    place: 'Place',
    incident: 'Incident',
  } as const)) {
    for (const row of record[table as 'party']) typeOf.set(row, type);
  }
  const nameOf = (source: unknown): string | undefined => typeOf.get(source);
  return (asker, document, variables) => {
    const { data, errors } = executeSync({
      schema,
      document,
      contextValue: { record, cursors, asker } satisfies World,
      variableValues: variables,
      fieldResolver: resolveField,
      typeResolver: nameOf,
    });
    return { data, errors: errors?.filter(isFirst) };
  };
}

/** A denied field has one error, at the first object that has it. */
function isFirst({ path }: GraphQLError, index: number, errors: readonly GraphQLError[]): boolean {
  const selection = selectionOf(path);
  return errors.findIndex((error) => selectionOf(error.path) === selection) === index;
}

const selectionOf = (path: GraphQLError['path']): string | undefined =>
  path?.filter((step) => typeof step === 'string').join('.');

/** Fields that are null for those who may not see them. */
const WITHHELD = new Set(['position', 'contact']);

const resolveField: GraphQLFieldResolver<Row, World> = (source, args, world, info) => {
  const { asker } = world;
  const { fieldName, parentType } = info;
  const answered = getNamedType(info.returnType);
  const scope = isObjectType(answered) || isInterfaceType(answered) ? scopeFor(answered.name) : undefined;
  if (scope && !asker.scopes.has(scope)) {
    if (WITHHELD.has(fieldName)) return null;
    throw refusal(scope);
  }

  const locale = args.locale ?? asker.locale;
  const own = ORACLE_FIELDS[`${parentType.name}.${fieldName}`];
  if (own) return own(source, args, world);
  if (parentType.name === 'Term' && fieldName !== 'code') {
    const describe = fieldName === 'label' ? vocabularyLabel : vocabularyDescription;
    return describe(locale, source.vocabulary as VocabularyName, String(source.code));
  }
  if (fieldName === 'id') return `${parentType.name}:${source.code ?? source.key}`;
  const column = fieldName.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  if (answered.name === 'LocalizedText') {
    const body = source[column];
    return body ? serve(body as Parameters<typeof serve>[0], locale) : null;
  }
  if (fieldName.endsWith('Label')) {
    const coded = fieldName.slice(0, -'Label'.length);
    const vocabulary = getNamedType(parentType.getFields()[coded]?.type)?.name as VocabularyName;
    const computed = ORACLE_FIELDS[`${parentType.name}.${coded}`];
    const code = computed
      ? computed(source, {}, world)
      : source[coded.replace(/[A-Z]/g, (l) => `_${l.toLowerCase()}`)];
    return code ? vocabularyLabel(locale, vocabulary, String(code)) : null;
  }
  if (info.parentType.getFields()[fieldName]?.args.some(({ name }) => name === 'locale')) {
    return source[`${column}_${locale.toLowerCase()}`];
  }
  const value = fieldName in source ? source[fieldName] : source[column];
  if (getNullableType(info.returnType).toString() !== 'DateTime' || value === null) return value;
  return new Date(value as string | Date).toISOString();
};
