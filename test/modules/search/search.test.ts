import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LANGUAGES, type Locale } from '../../../src/domain/locale.js';
import { type App, type Caller, startApp } from '../../support/app.js';
import { INCIDENTS, OFFICIALS, PLACES } from './pairs.js';

let app: App;
let officer: Caller;
const keys = new Map<string, string>();

beforeAll(async () => {
  app = await startApp();
  officer = app.as('TUR', 'LIAISON_OFFICER');
  for (const { reference, import_key } of await app.sql<{ reference: string; import_key: string }>(
    'select reference, import_key from incident',
  )) {
    keys.set(reference, import_key);
  }
});

afterAll(() => app?.stop());

async function codes(field: 'places' | 'officials', search: string): Promise<string[]> {
  const { data, errors } = await officer.query(
    `query ($search: String!) { found: ${field}(search: $search, first: 100) { totalCount nodes { code } } }`,
    { search },
  );
  expect(errors).toEqual([]);
  expect(data.found.totalCount).toBe(data.found.nodes.length);
  return data.found.nodes.map(({ code }: { code: string }) => code);
}

async function found(search: string, locale: Locale = 'EN', more = ''): Promise<string[]> {
  const { data, errors } = await officer.query(
    `query ($search: String!) { incidents(filter: { search: $search ${more} }, first: 100) { totalCount nodes { reference } } }`,
    { search },
    { 'accept-language': LANGUAGES[locale].tag },
  );
  expect(errors).toEqual([]);
  expect(data.incidents.totalCount).toBe(data.incidents.nodes.length);
  return data.incidents.nodes.map(({ reference }: { reference: string }) => keys.get(reference));
}

describe('search', () => {
  it('is tried with more than 120 pairs', () => {
    expect(PLACES.length + OFFICIALS.length + INCIDENTS.length).toBeGreaterThanOrEqual(120);
  });

  it.each(PLACES)('places: %s is %s', async (search, first) => {
    expect((await codes('places', search))[0]).toBe(first);
  });

  it.each(OFFICIALS)('officials: %s is %s', async (search, first) => {
    expect((await codes('officials', search))[0]).toBe(first);
  });

  it.each(INCIDENTS)('incidents in %s: %s finds %s and not %s', async (locale, search, expected, not) => {
    const answers = await found(search, locale);
    expect(answers.slice(0, 15)).toEqual(expect.arrayContaining(expected.split(' ')));
    if (not !== null) expect(answers).not.toContain(not);
  });

  it('finds nothing that is not there', async () => {
    for (const search of ['Zzyzx', 'Istanbul', 'Вашингтон', '482913', 'xx', "'; drop table incident --"]) {
      expect(await codes('officials', search)).toEqual([]);
    }
    for (const search of ['Zzyzx', 'İstanbul', 'Вашингтон', 'Agdam Zzyzx'])
      expect(await found(search)).toEqual([]);
  });

  it('takes an empty search as none', async () => {
    const { data } = await officer.query('{ incidents { totalCount } }');
    expect((await found('')).length).toBe(data.incidents.totalCount);
    expect((await codes('places', '')).length).toBe(55);
  });

  it.each([
    '%',
    '_',
    '💥',
    '… !',
    ' ',
    '\t\n',
    '\u200b',
    '\u3164',
    '\ue000',
    '\\',
    "'",
    '&|!()<->:*',
    '\u0301',
    'ы',
    '%%%%',
  ])('finds nothing by %j, which has no word', async (search) => {
    expect(await found(search)).toEqual([]);
    expect(await found(search, 'TR', ', severity: [LOW]')).toEqual([]);
    expect(await codes('places', search)).toEqual([]);
    expect(await codes('officials', search)).toEqual([]);
  });

  it('takes signs of query languages as what they are', async () => {
    const shusha = await found('Shusha');
    for (const search of [
      'Shusha %',
      'Shusha:*',
      "Shusha' | '",
      '!Shusha',
      'Shusha \\',
      '(Shusha',
      'Shusha & !',
    ])
      expect(await found(search)).toEqual(shusha);
    for (const search of ['a'.repeat(200), 'ə'.repeat(200), `${'x y '.repeat(50)}`, '💥'.repeat(100)])
      expect(await found(search)).toEqual([]);
  });

  it('takes the turned e for the schwa, and letters of another script for those they look like', async () => {
    const shot = await found('atəş');
    expect(shot).not.toEqual([]);
    expect(await found('at\u01ddş')).toEqual(shot);
    expect(await found('AT\u018eŞ')).toEqual(shot);
    const places = await codes('places', 'Xankəndi');
    expect(places).not.toEqual([]);
    expect(await codes('places', 'Xank\u01ddndi')).toEqual(places);
    expect(await codes('places', '\u0410gdam')).toEqual(await codes('places', 'Agdam'));
  });

  it('ranks what stands in the language of the reader first', async () => {
    const turkish = await found('Karabağ', 'TR');
    expect(turkish.slice(0, 2).sort()).toEqual(['KB-0018', 'KB-0026']);
    // Azerbaijani mina and English mine sound alike in Latin letters, and so does Russian мина.
    expect(await found('mine', 'EN')).toEqual(expect.arrayContaining(['KB-0048', 'KB-0036']));
    expect(await found('мина', 'RU')).toEqual(expect.arrayContaining(['KB-0048', 'KB-0036']));
    expect((await found('сапёр', 'RU'))[0]).toBe('KB-0001');
    expect((await found('сапер', 'RU'))[0]).toBe('KB-0001');
  });

  it('goes with the other filters, and with sorting by time', async () => {
    const all = await found('mine');
    const landmines = await found('mine', 'EN', ', category: [LANDMINE]');
    expect(landmines).toEqual(['KB-0036']);
    expect(all).toEqual(expect.arrayContaining(landmines));
    const { data } = await officer.query(
      '{ incidents(filter: { search: "mine" }, orderBy: { direction: ASC }, first: 100) { nodes { occurredFrom } } }',
    );
    const times = data.incidents.nodes.map(({ occurredFrom }: { occurredFrom: string }) => occurredFrom);
    expect(times.length).toBe(all.length);
    expect(times).toEqual([...times].sort());
  });

  it.each([
    'category: [MINE_INCIDENT, LANDMINE]',
    'category: []',
    'severity: [HIGH, CRITICAL]',
    'status: [REPORTED]',
    'originator: [RUS]',
    'place: ["fuzuli", "agdam"]',
    'place: []',
    'occurred: { from: "2021-06-04T07:00:00Z" }',
    'occurred: { to: "2021-06-04T07:00:00Z" }',
    'occurred: { from: "2020-11-14T00:00:00Z", to: "2021-07-04T00:00:00Z" }',
    'occurred: { from: "2030-01-01T00:00:00Z" }',
    'severity: [HIGH], originator: [AZE, RUS], occurred: { from: "2020-11-20T00:00:00Z", to: "2023-12-01T00:00:00Z" }',
    'near: { latitude: 39.6, longitude: 47.1, radiusKm: 40 }, severity: [HIGH, MODERATE]',
  ])('finds with the filter %s what the filter and the search both find', async (filter) => {
    const { data } = await officer.query(
      `{ incidents(filter: { ${filter} }, first: 100) { nodes { reference } } }`,
    );
    const filtered = data.incidents.nodes.map(({ reference }: { reference: string }) => keys.get(reference));
    for (const search of ['mine', 'Aghdam', 'ateşkes', '…']) {
      const both = (await found(search)).filter((key) => filtered.includes(key));
      expect((await found(search, 'EN', `, ${filter}`)).sort()).toEqual(both.sort());
    }
  });

  it.each([
    "severity = 'CRITICAL'",
    "status = 'DISPUTED', severity = 'LOW'",
    "category = 'SHELLING'",
    "occurred_from = occurred_from + interval '40 days', occurred_to = null",
    "place_key = (select key from place where code = 'shusha')",
    "title = (select title from incident where import_key = 'KB-0028')",
  ])('keeps what is searched in line with an incident whose %s', async (change) => {
    const documents = (): Promise<unknown[]> =>
      app.sql(`select incident_search.document::text, search.document(incident)::text as due, incident.occurred_from = incident_search.occurred_from as is_timely
                 from incident join incident_search on incident_key = key where import_key = 'KB-0001'`);
    const [before] = await app.sql<Record<string, unknown>>(
      "select severity, status, category, occurred_from, occurred_to, place_key, title from incident where import_key = 'KB-0001'",
    );
    await app.sql('alter table incident disable trigger note_inserted, disable trigger note_updated');
    await app.sql(`update incident set ${change} where import_key = 'KB-0001'`);
    const [{ document, due, is_timely }] = (await documents()) as [
      { document: string; due: string; is_timely: boolean },
    ];
    expect(document).toBe(due);
    expect(is_timely).toBe(true);
    await app.sql(
      `update incident set severity = $1, status = $2, category = $3, occurred_from = $4, occurred_to = $5, place_key = $6, title = $7 where import_key = 'KB-0001'`,
      Object.values(before ?? {}),
    );
    await app.sql('alter table incident enable trigger note_inserted, enable trigger note_updated');
  });

  it.each(['first', 'last'])('goes page by page by rank (%s), without gaps or repeats', async (direction) => {
    const whole = await found('mine');
    const pages: string[] = [];
    let cursor: string | null = null;
    for (;;) {
      const { data, errors } = await officer.query(
        direction === 'first'
          ? 'query ($c: String) { incidents(filter: { search: "mine" }, first: 3, after: $c) { nodes { reference } pageInfo { endCursor hasNextPage hasPreviousPage } } }'
          : 'query ($c: String) { incidents(filter: { search: "mine" }, last: 3, before: $c) { nodes { reference } pageInfo { startCursor hasNextPage hasPreviousPage } } }',
        { c: cursor },
        { 'accept-language': 'en' },
      );
      expect(errors).toEqual([]);
      const { nodes, pageInfo } = data.incidents;
      const page = nodes.map(({ reference }: { reference: string }) => keys.get(reference));
      pages.splice(direction === 'first' ? pages.length : 0, 0, ...page);
      expect(direction === 'first' ? pageInfo.hasPreviousPage : pageInfo.hasNextPage).toBe(cursor !== null);
      cursor = direction === 'first' ? pageInfo.endCursor : pageInfo.startCursor;
      if (!(direction === 'first' ? pageInfo.hasNextPage : pageInfo.hasPreviousPage)) break;
    }
    expect(pages).toEqual(whole);
  });

  it('narrows statistics as it narrows lists', async () => {
    const { data, errors } = await officer.query(
      '{ incidentStatistics(filter: { search: "mine" }, groupBy: []) { count } }',
    );
    expect(errors).toEqual([]);
    expect(data.incidentStatistics[0].count).toBe((await found('mine')).length);
  });

  it('is refused to a token that may count but not read', async () => {
    const counter = app.as('TUR', 'LIAISON_OFFICER', { scopes: ['statistics:read'] });
    const counted = await counter.query('{ incidentStatistics(groupBy: []) { count } }');
    expect(counted.errors).toEqual([]);
    const searched = await counter.query(
      '{ incidentStatistics(filter: { search: "mine" }, groupBy: []) { count } }',
    );
    expect(searched.errors.map(({ extensions }) => extensions.code)).toEqual(['FORBIDDEN']);
  });

  it('refuses a search of more than 200 characters', async () => {
    const { errors } = await officer.query('query ($s: String!) { places(search: $s) { totalCount } }', {
      s: 'a'.repeat(201),
    });
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  });
});
