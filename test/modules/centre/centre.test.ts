import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, startApp } from '../../support/app.js';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.stop());

describe('the Centre', () => {
  it('answers every field, to everybody', async () => {
    for (const caller of [app.as('AZE', 'NATIONAL_ADMIN', { locale: 'EN' }), app.as(null, 'PUBLIC')]) {
      const { data, errors } = await caller.query(
        `{ centre { name tr: name(locale: TR) place { code parent { code } } openedOn closedOn
             contingents { nation strength head(on: "2021-06-01") { code } } } }`,
      );
      expect(errors).toEqual([]);
      expect(data.centre).toEqual({
        name: 'Joint Turkish-Russian Monitoring Centre',
        tr: 'Türk-Rus Ortak Merkezi',
        place: { code: 'marzili', parent: { code: 'agdam' } },
        openedOn: '2021-01-30',
        closedOn: '2024-04-26',
        contingents: [
          { nation: 'RUS', strength: 60, head: { code: 'fedorenko' } },
          { nation: 'TUR', strength: 60, head: { code: 'katirci' } },
        ],
      });
    }
  });

  it.each([
    ['2021-01-30', 'fedorenko', 'katirci'],
    ['2022-09-08', 'fedorenko', 'katirci'],
    ['2022-09-09', 'fedorenko', 'akpinar'],
    // Before the first known beginning the one whose beginning nobody tells may have been there.
    ['2021-01-29', 'semenov', null],
  ] as const)('on %s was headed by %s and %s', async (on, rus, tur) => {
    const { data } = await app
      .as(null, 'PUBLIC')
      .query('query ($on: Date) { centre { contingents { head(on: $on) { code } } } }', { on });
    expect(
      data.centre.contingents.map(({ head }: { head: { code: string } | null }) => head?.code ?? null),
    ).toEqual([rus, tur]);
  });

  it('refuses days that are not in the calendar', async () => {
    for (const on of ['2021-02-30', '30.01.2021', '2021-1-30']) {
      const { status, errors } = await app
        .as(null, 'PUBLIC')
        .query('query ($on: Date) { centre { contingents { head(on: $on) { code } } } }', { on });
      expect([status, errors.map(({ extensions }) => extensions.code)]).toEqual([400, ['BAD_USER_INPUT']]);
    }
  });
});
