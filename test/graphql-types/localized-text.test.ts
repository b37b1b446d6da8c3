import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LOCALES, type Locale } from '../../src/domain/locale.js';
import type { StoredText } from '../../src/graphql-types/localized-text.type.js';
import { type App, type Caller, startApp } from '../support/app.js';
import { rounds } from '../support/rounds.js';

let app: App;
let officer: Caller;
beforeAll(async () => {
  app = await startApp();
  officer = app.as('TUR', 'LIAISON_OFFICER');
});
afterAll(() => app?.stop());

/** Languages a text has, the source first; `TR-` is a translation older than the source. */
type Stored = readonly [Locale, ...string[]];

function stored([source, ...others]: Stored): StoredText {
  const translations = others.map((name) => {
    const locale = LOCALES.find((candidate) => name.startsWith(candidate)) ?? source;
    return [
      locale,
      { locale, text: `in ${locale}`, status: 'WORKING', revision: name.endsWith('-') ? 1 : 2 },
    ];
  });
  return {
    source,
    revision: 2,
    texts: {
      [source]: { locale: source, text: `in ${source}`, status: 'SOURCE', revision: 2 },
      ...Object.fromEntries(translations),
    },
  };
}

async function served(text: Stored, locale: Locale) {
  await app.sql('alter table provision disable trigger user');
  await app.sql("update provision set summary = $1 where code = 'trilateral-statement-2020/1'", [
    JSON.stringify(stored(text)),
  ]);
  const { data, errors } = await officer.query(
    `{ provision(code: "trilateral-statement-2020/1") { summary(locale: ${locale}) {
      text locale requestedLocale isFallback status isStale translations { locale text status isStale } } } }`,
  );
  expect(errors).toEqual([]);
  return data.provision.summary;
}

/** Stored, asked for, served; `-` where what is served is stale. */
const TABLE: readonly (readonly [Stored, Locale, string])[] = [
  [['TR', 'RU', 'AZ', 'EN'], 'TR', 'TR'],
  [['TR', 'RU', 'AZ', 'EN'], 'RU', 'RU'],
  [['TR', 'RU', 'AZ', 'EN'], 'AZ', 'AZ'],
  [['TR', 'RU', 'AZ', 'EN'], 'EN', 'EN'],
  // TR: AZ, EN, RU
  [['RU', 'AZ', 'EN'], 'TR', 'AZ'],
  [['RU', 'EN'], 'TR', 'EN'],
  [['RU'], 'TR', 'RU'],
  // AZ: TR, EN, RU
  [['RU', 'TR', 'EN'], 'AZ', 'TR'],
  [['RU', 'EN'], 'AZ', 'EN'],
  [['RU'], 'AZ', 'RU'],
  // RU: EN, TR, AZ
  [['TR', 'EN', 'AZ'], 'RU', 'EN'],
  [['TR', 'AZ'], 'RU', 'TR'],
  [['AZ'], 'RU', 'AZ'],
  // EN: the source, then RU, TR, AZ
  [['AZ', 'RU', 'TR'], 'EN', 'AZ'],
  [['TR', 'RU', 'AZ'], 'EN', 'TR'],
  [['RU', 'TR'], 'EN', 'RU'],
  // A stale translation into the language asked for is still the one that is served, and says so.
  [['RU', 'TR-', 'EN'], 'TR', 'TR-'],
  [['RU', 'EN-'], 'TR', 'EN-'],
  [['RU', 'AZ-', 'EN'], 'TR', 'AZ-'],
  [['TR', 'RU-', 'EN'], 'EN', 'EN'],
];

describe('LocalizedText', () => {
  it.each(TABLE)('of %j, asked for in %s, is %s', async (text, locale, expected) => {
    const answer = await served(text, locale);
    const isStale = expected.endsWith('-');
    const from = expected.slice(0, 2);
    expect(answer).toMatchObject({
      text: `in ${from}`,
      locale: from,
      requestedLocale: locale,
      isFallback: from !== locale,
      isStale,
      status: from === text[0] ? 'SOURCE' : 'WORKING',
    });
    expect(
      answer.translations.map(
        (item: { locale: string; isStale: boolean }) => item.locale + (item.isStale ? '-' : ''),
      ),
    ).toEqual(LOCALES.flatMap((known) => text.find((name) => name.startsWith(known)) ?? []));
  });

  it('goes by the language of the request where no language is named', async () => {
    await served(['RU', 'TR', 'AZ', 'EN'], 'EN');
    for (const locale of LOCALES) {
      const caller = app.as('TUR', 'LIAISON_OFFICER', { locale });
      const { data } = await caller.query(
        '{ provision(code: "trilateral-statement-2020/1") { summary { locale requestedLocale } } }',
      );
      expect(data.provision.summary).toEqual({ locale, requestedLocale: locale });
    }
  });
});

describe('requests in different languages at once', () => {
  it('never mix, however many are asked at once', async () => {
    const document = `query Mixed { viewer { locale } places(first: 5) { nodes { name } }
      incidents(first: 3) { totalCount nodes { categoryLabel statusLabel title { requestedLocale } digest } }
      vocabularies { name terms { code label } } }`;
    const callers = LOCALES.flatMap(
      (locale): { locale: Locale; caller: Caller; headers: Record<string, string> }[] => [
        { locale, caller: app.as('TUR', 'LIAISON_OFFICER', { locale }), headers: {} },
        {
          locale,
          caller: app.as('RUS', 'LIAISON_OFFICER'),
          headers: { 'accept-language': locale.toLowerCase() },
        },
      ],
    );
    const expected = new Map<string, string>();
    for (const [index, { caller, headers }] of callers.entries()) {
      expected.set(String(index), (await caller.query(document, {}, headers)).text);
    }
    // The languages do answer differently.
    expect(new Set(expected.values()).size).toBe(callers.length);
    const failing = 'query Wrong { incidents(first: 1000) { totalCount } }';
    const messages = new Set<string>();
    for (let round = 0; round < rounds(5, 50); round += 1) {
      await Promise.all(
        Array.from({ length: 40 }, async (_, turn) => {
          const index = (round * 7 + turn * 3) % callers.length;
          const asked = callers[index];
          if (!asked) throw new Error('Nobody asks');
          if (turn % 5 === 0) {
            const { errors } = await asked.caller.query(failing, {}, asked.headers);
            messages.add(`${asked.locale} ${errors[0]?.message}`);
          }
          const { text, headers } = await asked.caller.query(document, {}, asked.headers);
          expect(text).toBe(expected.get(String(index)));
          expect(headers.get('content-language')).toBe(asked.locale.toLowerCase());
        }),
      );
    }
    // One message for each language, whoever asked when.
    expect(messages.size).toBe(LOCALES.length);
  }, 120_000);
});

describe('codes', () => {
  it('are Latin: a lookalike names nothing', async () => {
    const { data, errors } = await officer.query(
      '{ real: party(code: "AZE") { code } lookalike: party(code: "АZE") { code } place(code: "аgdam") { code } incident(reference: "ТUR-2022-165256") { reference } }',
    );
    expect(errors).toEqual([]);
    expect(data).toEqual({ real: { code: 'AZE' }, lookalike: null, place: null, incident: null });
  });

  it('are Latin: a lookalike is refused where something is written', async () => {
    const { data, errors } = await officer.query(
      `mutation ($input: ReportIncidentInput!) { reportIncident(input: $input) { incident { id } userErrors { code field } } }`,
      {
        input: {
          idempotencyKey: 'lookalike',
          category: 'LANDMINE',
          occurredFrom: '2022-03-09T10:00:00Z',
          place: 'аgdam',
          title: { locale: 'TR', text: 'Deneme' },
        },
      },
    );
    expect(errors).toEqual([]);
    expect(data.reportIncident.incident).toBeNull();
    expect(data.reportIncident.userErrors).toEqual([
      expect.objectContaining({
        field: ['input', 'place'],
        code: expect.stringMatching(/INVALID|UNKNOWN_REFERENCE/),
      }),
    ]);
  });
});
