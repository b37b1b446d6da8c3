import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ERROR_STATUS } from '../../src/common/errors.js';
import { LANGUAGES, LOCALES, type Locale } from '../../src/domain/locale.js';
import { SCOPES } from '../../src/domain/scopes.js';
import { VOCABULARIES } from '../../src/domain/vocabularies.js';
import { REASONS as REASONS_TO_REFUSE } from '../../src/mutations/problem.js';

const REASONS = [
  'UNKNOWN_CURSOR',
  'PAGE_SIZE',
  'FIRST_AND_LAST',
  'MALFORMED_ID',
  'SEARCH_TOO_LONG',
  'NEAR_OUT_OF_RANGE',
  'TOO_MANY_VALUES',
  'EMPTY_RANGE',
  'LIMIT_DEPTH',
  'LIMIT_ALIASES',
  'LIMIT_DIRECTIVES',
  'LIMIT_FIELDS',
  'LIMIT_TOTAL_FIELDS',
  'LIMIT_TOKENS',
  'LIMIT_INTROSPECTION',
  'UNREAD_ANSWERS',
  'LIMIT_ANSWER',
  'LIMIT_COST',
  'LIMIT_QUEUE',
  'LIMIT_SUBSCRIPTIONS',
  'SUBSCRIPTION_TRANSPORT',
  'NOT_UTF8',
  'UNSTORABLE_TEXT',
  'NULL_VARIABLE',
  'NOTHING_SELECTED',
];

const DESCRIBED = [
  'IncidentStatus',
  'Verdict',
  'Severity',
  'SourceType',
  'TranslationStatus',
  'ImplementationStatus',
  'TimePrecision',
  'GeoPrecision',
  'IncidentCategory',
] as const;

type Tree = { [key: string]: string | Tree };
const tree: z.ZodType<Tree> = z.lazy(() => z.record(z.string(), z.union([z.string(), tree])));

/** Every text of a catalog by its full key. */
function textsOf(locale: Locale): Map<string, string> {
  const path = new URL(`../../src/i18n/catalogs/${LANGUAGES[locale].tag}.json`, import.meta.url);
  const texts = new Map<string, string>();
  const walk = (node: Tree, prefix: string): void => {
    for (const [key, value] of Object.entries(node)) {
      if (typeof value === 'string') texts.set(prefix + key, value);
      else walk(value, `${prefix}${key}.`);
    }
  };
  walk(tree.parse(JSON.parse(readFileSync(path, 'utf8'))), '');
  return texts;
}

const glossaryRow = z.object({
  key: z.string(),
  tr: z.string(),
  ru: z.string(),
  az: z.string(),
  en: z.string(),
  category: z.string(),
  uncertain: z.string(),
  also: z.string(),
});
const glossary = new Map(
  z
    .array(glossaryRow)
    .parse(parse(readFileSync(new URL('../../data/glossary.csv', import.meta.url)), { columns: true }))
    .map((row) => [row.key, row]),
);

const expectedKeys = [
  ...Object.entries(VOCABULARIES).flatMap(([name, codes]) => [
    `vocabularyName.${name}`,
    ...codes.map((code) => `vocabulary.${name}.${code}`),
  ]),
  ...DESCRIBED.flatMap((name) => VOCABULARIES[name].map((code) => `description.${name}.${code}`)),
  ...[...Object.keys(ERROR_STATUS), ...REASONS].map((code) => `errors.${code}`),
  ...Object.keys(REASONS_TO_REFUSE).map((reason) => `userErrors.${reason}`),
  ...SCOPES.map((scope) => `scopes.${scope.replace(':', '_')}`),
];

/** Labels besides the categories, and the terms of the glossary that they are. */
const GLOSSARY_TERMS = [
  ['vocabulary.Role.LIAISON_OFFICER', 'liaison_officer'],
  ['vocabulary.Role.DUTY_OFFICER', 'duty_officer'],
  ['vocabulary.Role.CONTINGENT_HEAD', 'head_of_contingent'],
  ['vocabulary.PartyKind.PEACEKEEPING_CONTINGENT', 'peacekeeping_contingent'],
  ['vocabulary.PartyKind.MONITORING_CENTRE', 'monitoring_centre'],
  ['vocabulary.PlaceKind.DISTRICT', 'district'],
  ['vocabulary.PlaceKind.VILLAGE', 'village'],
  ['vocabulary.SourceType.COMPLAINT', 'complaint'],
  ['vocabulary.Verdict.CONFIRMED', 'confirmed'],
  ['vocabulary.IncidentStatus.DISPUTED', 'disputed'],
  ['vocabularyName.Severity', 'severity'],
] as const;

/** Parts of the catalogs whose texts are put together; their keys are the English ones, with own plurals. */
const COMPOSED = /^(when|digest|report)\./;
const PLURAL = /_(zero|one|two|few|many|other)$/;

function composedKeys(locale: Locale): string[] {
  const english = [...textsOf('EN').keys()].filter((key) => COMPOSED.test(key));
  const { pluralCategories } = new Intl.PluralRules(LANGUAGES[locale].tag).resolvedOptions();
  return [
    ...new Set(
      english.flatMap((key) =>
        PLURAL.test(key) ? pluralCategories.map((category) => key.replace(PLURAL, `_${category}`)) : [key],
      ),
    ),
  ];
}

const variablesOf = (text: string): string[] =>
  [...text.matchAll(/\{\{(.*?)\}\}/g)].map(([whole]) => whole).sort();

describe.each(LOCALES)('the %s catalog', (locale) => {
  const texts = textsOf(locale);

  it('has every vocabulary, description, error, scope and composed text, and nothing else', () => {
    expect([...texts.keys()].sort()).toEqual([...expectedKeys, ...composedKeys(locale)].sort());
  });

  it('has no blank, untrimmed or denormalised text', () => {
    for (const [key, text] of texts) {
      expect(text, key).not.toBe('');
      expect(text, key).toBe(text.trim().normalize('NFC'));
    }
  });

  it('names the same variables in each text as the English one', () => {
    const english = textsOf('EN');
    for (const [key, text] of texts)
      expect(variablesOf(text), key).toEqual(
        variablesOf(english.get(key) ?? english.get(key.replace(PLURAL, '_other')) ?? ''),
      );
  });

  it.each(VOCABULARIES.IncidentCategory)('calls %s what the glossary calls it', (category) => {
    const term = glossary.get(category.toLowerCase());
    expect(texts.get(`vocabulary.IncidentCategory.${category}`)).toBe(term?.[LANGUAGES[locale].tag]);
  });

  it.each(GLOSSARY_TERMS)('has %s from the glossary: %s', (key, term) => {
    expect(texts.get(key)).toBe(glossary.get(term)?.[LANGUAGES[locale].tag]);
  });

  it('gives each code of a vocabulary a label of its own', () => {
    for (const [name, codes] of Object.entries(VOCABULARIES)) {
      const labels = codes.map((code) => texts.get(`vocabulary.${name}.${code}`));
      expect(new Set(labels).size, name).toBe(codes.length);
    }
  });
});

describe('scripts', () => {
  const latinWord = /[A-Za-zÇĞİÖŞÜçğıöşüƏə]{3,}/g;
  const TECHNICAL = new Set([
    'GraphQL',
    'HTTP',
    'HTTPS',
    'application',
    'json',
    'UTF',
    'GPS',
    'first',
    'last',
    'null',
    'skip',
    'include',
  ]);

  it('writes Russian in Cyrillic and the others in Latin', () => {
    for (const [key, text] of textsOf('RU')) {
      const prose = text.replace(/\{\{.*?\}\}/g, '');
      expect(
        (prose.match(latinWord) ?? []).filter((word) => !TECHNICAL.has(word)),
        key,
      ).toEqual([]);
    }
    for (const locale of ['TR', 'AZ', 'EN'] as const) {
      for (const [key, text] of textsOf(locale)) expect(text, key).not.toMatch(/\p{Script=Cyrillic}/u);
    }
  });

  it('uses no letter that a language does not have', () => {
    for (const [key, text] of textsOf('TR')) expect(text, key).not.toMatch(/[Əə]/);
    for (const [key, text] of textsOf('EN'))
      expect(text.replaceAll('Türkiye', ''), key).not.toMatch(/[ƏəĞğİıŞşÇç]/);
    for (const [key, text] of textsOf('AZ')) expect(text, key).not.toMatch(/[âîûÂÎÛ]/);
  });
});

describe('docs/terminology.md', () => {
  it('lists every term that the glossary marks as uncertain, as it is in use', () => {
    const document = readFileSync(new URL('../../docs/terminology.md', import.meta.url), 'utf8');
    for (const row of glossary.values()) {
      if (row.category === 'rank') continue;
      for (const tag of row.uncertain.split(',').filter(Boolean)) {
        const term = row[z.enum(['tr', 'ru', 'az', 'en']).parse(tag)];
        expect(document).toContain(`| ${row.key} | ${tag} | ${term} |`);
      }
    }
  });

  it('lists no others', () => {
    const document = readFileSync(new URL('../../docs/terminology.md', import.meta.url), 'utf8');
    const listed = [...document.matchAll(/^\| ([a-z_]+) \| (tr|ru|az) \|/gm)];
    for (const [, key = '', tag = ''] of listed) {
      if (key === 'en') continue;
      expect(glossary.get(key)?.uncertain.split(','), key).toContain(tag);
    }
  });
});
