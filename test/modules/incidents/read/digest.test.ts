import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCALES } from '../../../../src/domain/locale.js';
import { type DigestParts, digest } from '../../../../src/modules/incidents/read/incident.digest.js';
import { type App, startApp } from '../../../support/app.js';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.stop());

describe('digest of the shipped incidents', () => {
  it.each(LOCALES)('in %s', async (locale) => {
    const keys = new Map(
      (
        await app.sql<{ reference: string; import_key: string }>('select reference, import_key from incident')
      ).map(({ reference, import_key }) => [reference, import_key]),
    );
    const digests = new Map<string, string>();
    for (const nation of ['TUR', 'RUS', 'AZE'] as const) {
      const { data, errors } = await app
        .as(nation, 'LIAISON_OFFICER')
        .query(`{ incidents(first: 100) { nodes { reference digest(locale: ${locale}) } } }`);
      expect(errors).toEqual([]);
      for (const node of data.incidents.nodes) digests.set(keys.get(node.reference) ?? '', node.digest);
    }
    expect(digests.size).toBe(51);
    const lines = [...digests].sort(([a], [b]) => a.localeCompare(b)).map(([key, text]) => `${key} ${text}`);
    await expect(`${lines.join('\n\n')}\n`).toMatchFileSnapshot(`digests/${locale.toLowerCase()}.txt`);
  });

  it('goes by the language of the request, by aliases and by fragments', async () => {
    const { data, errors } = await app.as('RUS', 'LIAISON_OFFICER').query(
      `{ incidents(filter: { search: "Farrukh" }, first: 1) { nodes { ...Both } edges { node { digest } } } }
       fragment Both on Incident { digest tr: digest(locale: TR) ru: digest(locale: RU) }`,
    );
    expect(errors).toEqual([]);
    const [node] = data.incidents.nodes;
    expect(node.digest).toBe(node.ru);
    expect(node.ru).toMatch(/по данным/);
    expect(node.tr).toMatch(/göre/);
    expect(data.incidents.edges[0].node.digest).toBe(node.ru);
  });

  it('is refused, and nothing else with it, to a token that may not read reference data', async () => {
    const caller = app.as('TUR', 'LIAISON_OFFICER', { scopes: ['incident:read'] });
    const { data, errors } = await caller.query('{ incidents(first: 1) { totalCount nodes { reference } } }');
    expect(errors).toEqual([]);
    expect(data.incidents.totalCount).toBe(47);
    const refused = await caller.query('{ incidents(first: 1) { nodes { reference digest } } }');
    expect(refused.errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
  });
});

const PARTS: DigestParts = {
  category: 'MORTAR_FIRE',
  severity: 'HIGH',
  status: 'DISPUTED',
  occurredFrom: new Date('2022-03-12T10:05:00Z'),
  occurredTo: null,
  timePrecision: 'MINUTE',
  title: { text: 'Title', locale: 'EN', isStale: false },
  originator: { code: 'TUR', name: 'Republic of Türkiye' },
  place: { kind: 'CITY', name: 'Şuşa', district: null },
  claims: [],
  casualties: [],
};

const harmed = (killed: number | null, wounded: number | null, detained: number | null = null) => [
  { group: 'UNKNOWN' as const, killed, wounded, detained },
];

describe('digest', () => {
  it.each([
    [1, 'погиб 1 человек', '1 person killed', '1 kişi hayatını kaybetti', '1 nəfər həlak olub'],
    [2, 'погибли 2 человека', '2 people killed', '2 kişi hayatını kaybetti', '2 nəfər həlak olub'],
    [5, 'погибло 5 человек', '5 people killed', '5 kişi hayatını kaybetti', '5 nəfər həlak olub'],
    [11, 'погибло 11 человек', '11 people killed', '11 kişi hayatını kaybetti', '11 nəfər həlak olub'],
    [21, 'погиб 21 человек', '21 people killed', '21 kişi hayatını kaybetti', '21 nəfər həlak olub'],
    [22, 'погибли 22 человека', '22 people killed', '22 kişi hayatını kaybetti', '22 nəfər həlak olub'],
    [111, 'погибло 111 человек', '111 people killed', '111 kişi hayatını kaybetti', '111 nəfər həlak olub'],
  ])('counts %i as each language does', (killed, russian, english, turkish, azerbaijani) => {
    const of = (locale: 'RU' | 'EN' | 'TR' | 'AZ') =>
      digest(locale, { ...PARTS, casualties: harmed(killed, null) });
    expect(of('RU')).toContain(`: ${russian}.`);
    expect(of('EN')).toContain(`: ${english}.`);
    expect(of('TR')).toContain(`: ${turkish}.`);
    expect(of('AZ')).toContain(`: ${azerbaijani}.`);
  });

  it('distinguishes unknown numbers from zero', () => {
    const english = (...counts: Parameters<typeof harmed>) =>
      digest('EN', { ...PARTS, casualties: harmed(...counts) });
    expect(digest('EN', PARTS)).toContain('It is not known whether anybody was killed or wounded.');
    expect(english(null, null)).toContain('It is not known whether anybody was killed or wounded.');
    expect(english(0, 0)).toContain('No casualties are recorded');
    expect(english(0, 3)).toContain('Casualties: 3 people wounded. No deaths are recorded');
    expect(english(null, 3)).toContain(
      'Casualties: 3 people wounded. The number of those killed is not known.',
    );
    expect(english(2, null)).toContain(
      'Casualties: 2 people killed. The number of those wounded is not known.',
    );
    expect(english(null, null, 4)).toContain('Casualties: 4 people detained.');
  });

  it('says in which language a text is quoted, and when the translation is out of date', () => {
    expect(digest('EN', PARTS)).not.toContain('Language of the quoted text');
    expect(digest('RU', PARTS)).toContain('Язык приведённого текста: английский.');
    expect(digest('TR', { ...PARTS, title: { text: 'Başlık', locale: 'TR', isStale: true } })).toContain(
      'Alıntılanan çeviri, kaynak metnin son hâlinden eskidir.',
    );
  });

  it('names the originator where nobody makes a claim, and a party it does not know by its name', () => {
    expect(digest('EN', PARTS)).toContain('near Şuşa, according to Türkiye: “Title”');
    const claims = [{ claimant: { code: 'OSC', name: 'Observers' }, attributedTo: null }];
    expect(digest('EN', { ...PARTS, claims })).toContain('according to the party “Observers”');
    expect(digest('RU', { ...PARTS, claims, place: null })).toContain(
      'в 14:05, по данным стороны «Observers»',
    );
  });
});
