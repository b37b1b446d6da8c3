import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../../support/app.js';

let app: App;
beforeAll(async () => {
  app = await startApp();
  for (const [code, nation] of [
    ['katirci', 'TUR'],
    ['fedorenko', 'RUS'],
    ['hasanov', 'AZE'],
  ]) {
    await app.sql(
      `insert into official_contact (official_key, nation, phone, email, languages)
       select key, $2, '+90 312 000 00 00', null, '{TR,EN}' from official where code = $1`,
      [code, nation],
    );
  }
});
afterAll(() => app?.stop());

describe('an official', () => {
  it('answers every field', async () => {
    const { data } = await app.as('TUR', 'LIAISON_OFFICER').query(
      `{ official(code: "akar") { id code name az: name(locale: RU) party { code officials { code } }
           appointments { title rank from to en: title(locale: EN) } } }`,
    );
    expect(data.official).toEqual({
      id: 'Official:akar',
      code: 'akar',
      name: 'Hulusi Akar',
      az: 'Хулуси Акар',
      party: {
        code: 'TUR',
        officials: ['akar', 'akpinar', 'erdogan', 'karaosmanoglu', 'katirci'].map((code) => ({ code })),
      },
      appointments: [
        {
          title: expect.any(String),
          rank: null,
          from: '2018-07-10',
          to: '2023-06-04',
          en: expect.stringContaining('Minister'),
        },
      ],
    });
  });

  it.each([
    ['katirci', '2021-01-29', null],
    ['katirci', '2021-01-30', '2021-01-30'],
    ['katirci', '2022-09-08', '2021-01-30'],
    ['katirci', '2022-09-09', null],
    ['akpinar', '2022-09-09', '2022-09-09'],
    ['fedorenko', '2030-01-01', '2021-01-30'],
  ] as const)('%s on %s held the office begun on %s', async (code, date, from) => {
    const { data } = await app
      .as(null, 'PUBLIC')
      .query(
        'query ($code: String!, $date: Date) { official(code: $code) { appointmentOn(date: $date) { from } } }',
        {
          code,
          date,
        },
      );
    expect(data.official.appointmentOn).toEqual(from && { from });
  });

  it('is asked about today when no day is given, or null', async () => {
    const { data } = await app
      .as(null, 'PUBLIC')
      .query(
        `{ gone: official(code: "katirci") { appointmentOn { from } } there: official(code: "erdogan") { appointmentOn { from } n: appointmentOn(date: null) { from } } }`,
      );
    expect(data).toEqual({
      gone: { appointmentOn: null },
      there: { appointmentOn: { from: '2014-08-28' }, n: { from: '2014-08-28' } },
    });
  });
});

describe('the contact of an official', () => {
  const QUERY = `{ tur: official(code: "katirci") { contact { phone email languages } }
    rus: official(code: "fedorenko") { contact { phone } } aze: official(code: "hasanov") { contact { phone } } }`;
  const PHONE = '+90 312 000 00 00';

  it.each(['TUR', 'RUS', 'AZE'] as const)(
    "is shown to %s for its nation's officials alone",
    async (nation) => {
      for (const role of ['LIAISON_OFFICER', 'NATIONAL_ADMIN'] as const) {
        const { data, errors } = await app.as(nation, role).query(QUERY);
        expect(errors).toEqual([]);
        expect(data.tur.contact?.phone ?? null).toBe(nation === 'TUR' ? PHONE : null);
        expect(data.rus.contact?.phone ?? null).toBe(nation === 'RUS' ? PHONE : null);
        expect(data.aze.contact?.phone ?? null).toBe(nation === 'AZE' ? PHONE : null);
      }
      const { data } = await app.as('TUR', 'LIAISON_OFFICER').query(QUERY);
      expect(data.tur.contact).toEqual({ phone: PHONE, email: null, languages: ['TR', 'EN'] });
    },
  );

  it.each(['INTEGRATOR', 'PUBLIC'] as const)('is null for %s, without an error', async (role) => {
    const { data, errors } = await app.as(null, role).query(QUERY);
    expect(data).toEqual({ tur: { contact: null }, rus: { contact: null }, aze: { contact: null } });
    expect(errors).toEqual([]);
  });
});

describe('officials', () => {
  it.each([
    ['TR', ['Abdullah Katırcı', 'Aleksandr Fomin', 'Andrey Volkov', 'Fatih Akpınar']],
    ['RU', ['Абдуллах Катырджы', 'Александр Фомин', 'Андрей Волков', 'Виктор Федоренко']],
  ] as const)('are sorted as %s sorts', async (locale, first) => {
    const { data } = await app
      .as(null, 'PUBLIC', { locale })
      .query('{ officials(first: 4) { totalCount nodes { name } } }');
    expect(data.officials.totalCount).toBe(16);
    expect(data.officials.nodes.map(({ name }: { name: string }) => name)).toEqual(first);
  });

  it('of a party are only those', async () => {
    const { data } = await app.as(null, 'PUBLIC').query(
      `{ officials(party: "RPC") { totalCount nodes { code } }
         party(code: "RPC") { officials { code } } }`,
    );
    expect(data.officials).toEqual({ totalCount: 2, nodes: [{ code: 'volkov' }, { code: 'muradov' }] });
    expect(data.party.officials).toEqual([{ code: 'muradov' }, { code: 'volkov' }]);
  });
});
