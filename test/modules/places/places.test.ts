import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../../support/app.js';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.stop());

const AGDAM = {
  id: 'Place:agdam-city',
  code: 'agdam-city',
  kind: 'CITY',
  kindLabel: 'şehir',
  name: 'Ağdam',
  ru: 'Агдам',
  parent: { code: 'agdam', kind: 'DISTRICT', name: 'Ağdam ili', parent: null },
  latitude: 39.99,
  longitude: 46.93,
};

describe('a place', () => {
  it('answers every field, in the language of the request or of the argument', async () => {
    const { data } = await app.as('TUR', 'LIAISON_OFFICER').query(
      `{ place(code: "agdam-city") { id code kind kindLabel name ru: name(locale: RU) aliases
           parent { code kind name parent { code } } latitude longitude } }`,
    );
    expect(data.place).toEqual({ ...AGDAM, aliases: expect.arrayContaining([expect.any(String)]) });
  });

  it('without coordinates says null', async () => {
    const { data } = await app
      .as(null, 'PUBLIC')
      .query('{ place(code: "line-of-contact") { kind latitude longitude parent { code } } }');
    expect(data.place).toEqual({ kind: 'AREA', latitude: null, longitude: null, parent: null });
  });

  it('that is not known is null, whatever its code looks like', async () => {
    const { data, errors } = await app
      .as(null, 'PUBLIC')
      .query('{ a: place(code: "Agdam") { id } b: place(code: "\'; --") { id } }');
    expect([data, errors]).toEqual([{ a: null, b: null }, []]);
  });
});

describe('places', () => {
  // Where the alphabets differ: ç and ş after c and s, ı before i, ə after e, x after h, q after k.
  it.each([
    [
      'TR',
      ['Ağband', 'Barda', 'Cebrayıl', 'Çaylakkale', 'Daşaltı', 'Hadrut', 'Hocalı', 'Horadiz', 'Kelbecer'],
    ],
    [
      'AZ',
      [
        'Ağcabədi',
        'Bərdə',
        'Cəbrayıl',
        'Çaylaqqala',
        'Daşaltı',
        'Əsgəran',
        'Füzuli',
        'Hadrut',
        'Horadiz',
        'Xankəndi',
        'Kəlbəcər',
        'Qubadlı',
        'Laçın',
        'Sus',
        'Şuşa',
      ],
    ],
    [
      'RU',
      [
        'Агбенд',
        'Барда',
        'Вангли',
        'Гадрут',
        'Горадиз',
        'Джебраил',
        'Зангелан',
        'Кельбаджар',
        'Ханкенди',
        'Шуша',
      ],
    ],
    [
      'EN',
      ['Aghband', 'Barda', 'Dashalti', 'Hadrut', 'Kalbajar', 'Khankendi', 'Lachin', 'Shusha', 'Zangilan'],
    ],
  ] as const)('are sorted as %s sorts', async (locale, expected) => {
    const caller = app.as(null, 'PUBLIC', { locale });
    const { data } = await caller.query('{ places(first: 100) { totalCount nodes { name } } }');
    const names: string[] = data.places.nodes.map(({ name }: { name: string }) => name);
    expect([names.length, data.places.totalCount]).toEqual([55, 55]);
    const found = names.filter((name) => expected.some((each) => each === name));
    const known = expected.filter((name) => names.includes(name));
    expect(known.length).toBeGreaterThan(6);
    expect([...new Set(found)]).toEqual(known);
  });

  it('of one kind are only those', async () => {
    const { data } = await app
      .as(null, 'PUBLIC')
      .query('{ places(first: 100, kind: DISTRICT) { totalCount nodes { kind } } }');
    expect(data.places.totalCount).toBe(15);
    expect(data.places.nodes.every(({ kind }: { kind: string }) => kind === 'DISTRICT')).toBe(true);
  });
});

describe('incidents of a place', () => {
  const QUERY = `{ district: place(code: "khojavend-district") { incidents(first: 100) { totalCount nodes { place { code } } } }
    settlement: place(code: "hadrut") { incidents { totalCount } }
    elsewhere: place(code: "nakhchivan") { incidents { totalCount nodes { id } } }
    filtered: incidents(first: 100, filter: { place: ["khojavend-district"] }) { totalCount }
    both: incidents(filter: { place: ["hadrut", "fuzuli"] }) { totalCount } }`;

  it.each([
    ['TUR', 'LIAISON_OFFICER', 9, 3, 9],
    ['RUS', 'LIAISON_OFFICER', 9, 3, 9],
    [null, 'PUBLIC', 1, 1, 2],
  ] as const)(
    'are for %s %s those it sees in the district and its settlements',
    async (nation, role, district, settlement, both) => {
      const { data, errors } = await app.as(nation, role).query(QUERY);
      expect(errors).toEqual([]);
      expect(data.district.incidents.totalCount).toBe(district);
      expect(data.district.incidents.nodes).toHaveLength(district);
      expect(data.settlement.incidents.totalCount).toBe(settlement);
      expect(data.elsewhere.incidents).toEqual({ totalCount: 0, nodes: [] });
      expect(data.filtered.totalCount).toBe(district);
      expect(data.both.totalCount).toBe(both);
    },
  );

  it('are refused to a national administrator, who may read the place', async () => {
    const { status, data, errors } = await app
      .as('TUR', 'NATIONAL_ADMIN')
      .query(
        '{ place(code: "hadrut") { name incidents { totalCount } } other: place(code: "agdam") { code } }',
      );
    expect(status).toBe(200);
    expect(data).toEqual({ place: null, other: { code: 'agdam' } });
    expect(errors).toMatchObject([
      {
        path: ['place', 'incidents'],
        extensions: { code: 'FORBIDDEN', scope: 'incident:read', role: 'NATIONAL_ADMIN' },
      },
    ]);
  });
});
