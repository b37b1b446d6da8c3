import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LANGUAGES, LOCALES, type Locale } from '../../src/domain/locale.js';
import { type App, startApp } from '../support/app.js';

/** Names as each language sorts them. */
const SORTED = {
  TR: [
    'Cami',
    'Çamlı',
    'Dere',
    'Gara',
    'Ğara',
    'Hara',
    'Iğdır',
    'İğde',
    'Jale',
    'Oba',
    'Öba',
    'Sara',
    'Şara',
    'Una',
    'Üna',
    'Yol',
  ],
  AZ: [
    'Cami',
    'Çamlı',
    'Eldar',
    'Əldar',
    'Fazil',
    'Gül',
    'Ğül',
    'Hacı',
    'Xan',
    'Ilıq',
    'İlham',
    'Kərim',
    'Qala',
    'Lalə',
    'Sara',
    'Şara',
  ],
  RU: ['Дом', 'Елка', 'Ёлка', 'Ёлки', 'Ельник', 'Жар', 'Иван', 'Йод', 'Ключ'],
  EN: ['Apple', 'éclair', 'Eclipse', 'zebra', 'Zulu'],
} as const satisfies Record<Locale, readonly string[]>;

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.stop());

describe('sorting by name', () => {
  it.each(LOCALES)('follows the alphabet of %s', async (locale) => {
    const shuffled = [...SORTED[locale]].reverse();
    await app.sql("delete from place where code like 'sorting-%'");
    await app.sql(
      `insert into place (code, kind, name_tr, name_ru, name_az, name_en)
       select 'sorting-' || n, 'AREA', name, name, name, name from unnest($1::text[]) with ordinality given (name, n)`,
      [shuffled],
    );
    const { data, errors } = await app
      .as('TUR', 'LIAISON_OFFICER', { locale })
      .query('{ places(kind: AREA, first: 100) { nodes { code name } } }');
    expect(errors).toEqual([]);
    const names = data.places.nodes
      .filter(({ code }: { code: string }) => code.startsWith('sorting-'))
      .map(({ name }: { name: string }) => name);
    expect(names).toEqual(SORTED[locale]);
    await app.sql("delete from place where code like 'sorting-%'");
  });

  it.each(LOCALES)('of what ships goes as Intl sorts in %s', async (locale) => {
    const { data } = await app
      .as('TUR', 'LIAISON_OFFICER', { locale })
      .query('{ places(first: 100) { nodes { name } } officials(first: 100) { nodes { name } } }');
    for (const { nodes } of [data.places, data.officials]) {
      const names = nodes.map(({ name }: { name: string }) => name);
      expect(names).toEqual([...names].sort(new Intl.Collator(LANGUAGES[locale].tag).compare));
    }
  });
});
