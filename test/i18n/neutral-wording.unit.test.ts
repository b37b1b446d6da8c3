import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { POLEMIC_STEMS } from './polemic-terms.js';

const ROOT = new URL('../../', import.meta.url);
const FILES = [
  ...readdirSync(new URL('src/i18n/catalogs/', ROOT)).map((name) => `src/i18n/catalogs/${name}`),
  ...readdirSync(new URL('data/', ROOT))
    .filter((name) => /\.(json|csv)$/.test(name) && name !== 'glossary.csv')
    .map((name) => `data/${name}`),
];

/** Rows of the glossary that record a word of the parties, and that no label may use. */
const WORDS_OF_THE_PARTIES = ['provocation', 'illegal_armed_formation'];

const POLEMIC = new RegExp(`(?<![\\p{L}\\p{N}])(?:${POLEMIC_STEMS.join('|')})`, 'giu');

/** The polemic words of a text; addresses of sources are not our wording. */
function polemicWords(text: string): string[] {
  const prose = text.replace(/https?:\/\/\S+/g, '');
  return [prose, prose.toLocaleLowerCase('tr')].flatMap((version) => version.match(POLEMIC) ?? []);
}

describe('neutral wording', () => {
  it.each(FILES)('%s', (file) => {
    expect(polemicWords(readFileSync(new URL(file, ROOT), 'utf8'))).toEqual([]);
  });

  it('data/glossary.csv, but for the words it records as a party’s', () => {
    const rows = z
      .array(z.looseObject({ key: z.string() }))
      .parse(parse(readFileSync(new URL('data/glossary.csv', ROOT)), { columns: true }));
    // What stands in `also` is what readers type; none of it is shown.
    const shown = rows.map(({ also, ...row }) => row);
    const polemic = shown.filter((row) => polemicWords(Object.values(row).join('\n')).length > 0);
    const ours = polemic.map(({ key }) => key).filter((key) => !WORDS_OF_THE_PARTIES.includes(key));
    expect(ours).toEqual([]);
  });

  it.each(FILES)('%s says Türkiye in English too', (file) => {
    const prose = readFileSync(new URL(file, ROOT), 'utf8').replace(/https?:\/\/\S+/g, '');
    expect(prose).not.toMatch(/\bTurkey\b/);
  });

  it.each([
    ['the occupied villages', ['occupi']],
    ['İŞGALCİ birlikler', ['işgal']],
    ['işğalçı', ['işğal']],
    ['Оккупированный район', ['Оккуп']],
    ['səngər, düşmən', ['düşmən']],
    ['so-called authorities', ['so-called']],
  ])('finds the words it is after: %s', (text, words) => {
    expect(polemicWords(text)).toEqual(expect.arrayContaining(words));
  });

  it.each(['occurred', 'территория', 'назир', 'nazir', 'https://example.org/occupied-land', 'rejiminin'])(
    'takes no offence at %s',
    (text) => {
      expect(polemicWords(text)).toEqual([]);
    },
  );
});
