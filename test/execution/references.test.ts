import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, READERS, startApp } from '../support/app.js';
import { openTransports } from '../support/transports.js';

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.stop());

const FILTERS = ['place', 'provision', 'claimant', 'attributedTo'];
const KNOWN: Readonly<Record<string, string>> = {
  place: 'agdam',
  provision: 'trilateral-statement-2020/6',
  claimant: 'AZE',
  attributedTo: 'AZE',
};

/** Where a filter of incidents can stand. */
const READS: readonly (readonly [string, (filter: string) => string])[] = [
  ['a list', (filter) => `{ incidents(filter: ${filter}) { nodes { id } } }`],
  ['a count', (filter) => `{ incidents(filter: ${filter}) { totalCount } }`],
  ['page information', (filter) => `{ incidents(filter: ${filter}) { pageInfo { hasNextPage } } }`],
  ['a page that selects nothing', (filter) => `{ incidents(filter: ${filter}) { __typename } }`],
  ['statistics', (filter) => `{ incidentStatistics(filter: ${filter}, groupBy: [CATEGORY]) { count } }`],
  ['a party', (filter) => `{ party(code: "AZE") { incidents(filter: ${filter}) { totalCount } } }`],
  ['a place', (filter) => `{ place(code: "agdam") { incidents(filter: ${filter}) { nodes { id } } } }`],
  [
    'a provision',
    (filter) =>
      `{ provision(code: "trilateral-statement-2020/6") { incidents(filter: ${filter}) { nodes { id } } } }`,
  ],
];
const SUBSCRIBE = 'subscription ($codes: [String!]) { incidentEvents(filter: { place: $codes }) { cursor } }';

describe('a code that no reference data has', () => {
  it.each(READS)('is refused in %s, whatever the filter', async (_, document) => {
    const officer = app.as('TUR', 'LIAISON_OFFICER', { locale: 'EN' });
    for (const argument of FILTERS) {
      const { status, data, errors } = await officer.query(
        document(`{ ${argument}: ["${KNOWN[argument]}", "nope"] }`),
      );
      expect({ argument, status, data }).toEqual({ argument, status: 400, data: undefined });
      expect(errors).toEqual([
        {
          message: 'Nothing is known under the code “nope”.',
          extensions: { code: 'UNKNOWN_REFERENCE', argument },
        },
      ]);
      expect((await officer.query(document(`{ ${argument}: ["${KNOWN[argument]}"] }`))).errors).toEqual([]);
      expect((await officer.query(document(`{ ${argument}: [] }`))).errors).toEqual([]);
    }
  });

  it.each(READERS)('is refused to %s %s alike', async (nation, role) => {
    const { status, errors } = await app
      .as(nation, role)
      .query('{ incidents(filter: { place: ["nope"] }) { totalCount } }', {}, { 'accept-language': 'tr' });
    expect(status).toBe(400);
    expect(errors[0]?.message).toBe('“nope” kodu bilinmiyor.');
  });

  it('is refused as the party of officials', async () => {
    const officer = app.as('RUS', 'LIAISON_OFFICER');
    const officials = (party: string) =>
      officer.query('query ($party: String) { officials(party: $party) { totalCount } }', { party });
    expect((await officials('XXX')).errors[0]?.extensions).toEqual({
      code: 'UNKNOWN_REFERENCE',
      argument: 'party',
    });
    expect((await officials('TUR')).errors).toEqual([]);
  });

  it.each(['', ' agdam', 'AGDAM', '\u0430gdam', 'x'.repeat(5_000), 'agdam\u0308'])(
    'may look like any text: %#',
    async (code) => {
      const { status, errors } = await app
        .as('TUR', 'LIAISON_OFFICER')
        .query('query ($codes: [String!]) { incidents(filter: { place: $codes }) { totalCount } }', {
          codes: [code],
        });
      expect([status, errors[0]?.extensions.code]).toEqual([400, 'UNKNOWN_REFERENCE']);
      expect(errors[0]?.message.length).toBeLessThan(200);
    },
  );

  it('is refused on every transport, and the socket stays open', async () => {
    const transports = await openTransports(app, app.as('TUR', 'LIAISON_OFFICER'));
    const query = 'query ($codes: [String!]) { incidents(filter: { place: $codes }) { totalCount } }';
    const variables = { codes: ['nope'] };
    const coded = [{ extensions: { code: 'UNKNOWN_REFERENCE', argument: 'place' } }];
    for (const ask of Object.values(transports.ask))
      expect(await ask({ query, variables })).toMatchObject({ errors: coded });
    for (const name of ['SSE', 'WebSocket'] as const) {
      const reply = await transports.ask[name]({ query: SUBSCRIBE, variables });
      expect(reply).toMatchObject({ errors: coded });
    }
    expect(transports.closedWith).toBeNull();
    transports.end();
  });

  it('is known as soon as it has been imported', async () => {
    const officer = app.as('TUR', 'LIAISON_OFFICER');
    const query = () => officer.query('{ incidents(filter: { place: ["new-place"] }) { totalCount } }');
    expect((await query()).status).toBe(400);
    await app.sql(
      `insert into place select (jsonb_populate_record(place, jsonb_build_object('key', 9999, 'code', 'new-place'))).*
         from place where code = 'agdam-city'`,
    );
    expect((await query()).errors).toEqual([]);
  });
});

describe('a filter that lets nothing through', () => {
  it.each([
    'category: []',
    'status: []',
    'severity: []',
    'originator: []',
    'place: []',
    'provision: []',
    'claimant: []',
    'attributedTo: []',
    'occurred: { from: "2021-07-01T00:00:00Z", to: "2021-06-01T00:00:00Z" }',
    'occurred: { from: "2021-07-01T10:00:00Z", to: "2021-07-01T09:00:00Z" }',
    'occurred: { from: "2021-07-01T00:00:00Z", to: "2021-07-01T00:00:00Z" }',
    'category: [], search: "mine"',
    'occurred: { from: "2022-07-01T00:00:00Z", to: "2020-01-01T00:00:00Z" }, search: "mine"',
  ])('%s answers nothing in lists, counts and statistics alike', async (filter) => {
    const { data, errors } = await app.as('TUR', 'LIAISON_OFFICER').query(
      `{ incidents(filter: { ${filter} }) { totalCount nodes { id } }
         all: incidentStatistics(filter: { ${filter} }, groupBy: []) { count killed wounded }
         groups: incidentStatistics(filter: { ${filter} }, groupBy: [DISTRICT, MONTH]) { count }
         party(code: "AZE") { incidents(filter: { ${filter} }) { totalCount nodes { id } } }
         place(code: "fuzuli") { incidents(filter: { ${filter} }) { totalCount nodes { id } } } }`,
    );
    expect(errors).toEqual([]);
    const none = { totalCount: 0, nodes: [] };
    expect(data).toEqual({
      incidents: none,
      all: [{ count: 0, killed: 0, wounded: 0 }],
      groups: [],
      party: { incidents: none },
      place: { incidents: none },
    });
  });
});
