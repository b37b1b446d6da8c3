import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, READERS, startApp } from '../../support/app.js';

interface Group {
  readonly keys: readonly string[];
  readonly labels: readonly string[];
  readonly count: number;
  readonly killed: number;
  readonly wounded: number;
}

const DIMENSIONS = [
  'CATEGORY',
  'STATUS',
  'SEVERITY',
  'ORIGINATOR',
  'DISTRICT',
  'DAY',
  'MONTH',
  'YEAR',
] as const;

let app: App;
beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app?.stop());

async function groups(
  caller: ReturnType<App['as']>,
  groupBy: readonly string[],
  filter?: object,
): Promise<Group[]> {
  const { data, errors } = await caller.query(
    `query ($groupBy: [IncidentDimension!]!, $filter: IncidentFilter) {
       incidentStatistics(groupBy: $groupBy, filter: $filter) { keys labels count killed wounded } }`,
    { groupBy, filter },
  );
  expect(errors).toEqual([]);
  return data.incidentStatistics;
}

const sum = (all: readonly Group[], what: 'count' | 'killed' | 'wounded'): number =>
  all.reduce((total, group) => total + group[what], 0);

describe('statistics', () => {
  it('group by a dimension, sorted by key and labelled', async () => {
    const caller = app.as(null, 'PUBLIC', { locale: 'EN' });
    expect(await groups(caller, ['ORIGINATOR'])).toEqual([
      { keys: ['AZE'], labels: ['Azerbaijan'], count: 4, killed: 3, wounded: 4 },
      { keys: ['RUS'], labels: ['Russia'], count: 7, killed: 7, wounded: 12 },
    ]);
    expect(await groups(caller, ['YEAR'])).toMatchObject([
      { keys: ['2020'], labels: ['2020'], count: 2 },
      { keys: ['2021'], labels: ['2021'], count: 4 },
      { keys: ['2022'], labels: ['2022'], count: 2 },
      { keys: ['2023'], labels: ['2023'], count: 3 },
    ]);
  });

  it.each(READERS)('add up, for %s %s, whichever way they are grouped', async (nation, role) => {
    const caller = app.as(nation, role);
    const [whole] = await groups(caller, []);
    expect(whole?.keys).toEqual([]);
    for (const one of DIMENSIONS) {
      for (const other of DIMENSIONS) {
        const all = await groups(caller, [one, other]);
        expect([sum(all, 'count'), sum(all, 'killed'), sum(all, 'wounded')], `${one} ${other}`).toEqual([
          whole?.count,
          whole?.killed,
          whole?.wounded,
        ]);
        expect(new Set(all.map(({ keys }) => keys.join())).size).toBe(all.length);
      }
    }
    const all = await groups(caller, DIMENSIONS);
    expect(sum(all, 'count')).toBe(whole?.count);
    expect(all.map(({ keys }) => keys)).toEqual(all.map(({ keys }) => keys).sort());
  });

  it('take days, months and years in Baku', async () => {
    // What is written here by hand has no version of its own, which is not what is tested.
    await app.sql('alter table incident disable trigger note_inserted, disable trigger note_updated');
    // 00:30 in Baku on the first of the month is still the month before in UTC.
    await app.sql(
      `update incident set occurred_from = '2021-08-31T20:30:00Z' where reference = (select reference from incident where (audience & 8) <> 0 order by reference limit 1)`,
    );
    const [group] = await groups(app.as(null, 'PUBLIC'), ['DAY', 'MONTH', 'YEAR'], {
      occurred: { from: '2021-08-31T20:00:00Z', to: '2021-08-31T21:00:00Z' },
    });
    expect(group?.keys).toEqual(['2021-09-01', '2021-09', '2021']);
  });

  it.each([
    ['TR', '8 Kasım 2021', 'Kasım 2021'],
    ['RU', '8 ноября 2021 г.', 'ноябрь 2021 г.'],
    ['AZ', '8 noyabr 2021', 'noyabr 2021'],
    ['EN', 'November 8, 2021', 'November 2021'],
  ] as const)('write dates as %s writes them', async (locale, day, month) => {
    const { data } = await app
      .as('TUR', 'LIAISON_OFFICER')
      .query(
        `query ($locale: Locale) { incidentStatistics(groupBy: [DAY, MONTH], filter: { occurred: { from: "2021-11-08T00:00:00+04:00", to: "2021-11-09T00:00:00+04:00" } }) { labels(locale: $locale) } }`,
        { locale },
      );
    expect(data.incidentStatistics).toEqual([{ labels: [day, month] }]);
  });

  it('put incidents without a district under NONE', async () => {
    const all = await groups(app.as('TUR', 'LIAISON_OFFICER', { locale: 'EN' }), ['DISTRICT']);
    expect(all.filter(({ keys }) => keys[0] === 'NONE')).toMatchObject([{ labels: ['–'], count: 3 }]);
    expect(all.find(({ keys }) => keys[0] === 'khojavend-district')).toMatchObject({ count: 9 });
  });

  it('count what the filter lets through', async () => {
    const caller = app.as('TUR', 'LIAISON_OFFICER');
    for (const filter of [
      { category: ['MINE_INCIDENT'], severity: ['CRITICAL'] },
      { originator: ['RUS'], place: ['khojavend-district'] },
      { claimant: ['DFA'] },
      { provision: ['trilateral-statement-2020/8'] },
      { near: { latitude: 39.6, longitude: 47.1, radiusKm: 20 } },
      { category: [] },
    ]) {
      const { data } = await caller.query(
        'query ($filter: IncidentFilter) { incidents(filter: $filter) { totalCount } }',
        { filter },
      );
      const [whole] = await groups(caller, [], filter);
      expect(whole?.count, JSON.stringify(filter)).toBe(data.incidents.totalCount);
      expect(sum(await groups(caller, ['CATEGORY', 'DAY'], filter), 'count')).toBe(data.incidents.totalCount);
    }
  });

  it('take a dimension twice, and refuse more than there are', async () => {
    const caller = app.as(null, 'PUBLIC');
    const twice = await groups(caller, ['YEAR', 'YEAR']);
    expect(twice.map(({ keys }) => keys)).toContainEqual(['2022', '2022']);
    const { status, errors } = await caller.query(
      'query ($groupBy: [IncidentDimension!]!) { incidentStatistics(groupBy: $groupBy) { keys labels } }',
      { groupBy: Array.from({ length: 120 }, () => 'DAY') },
    );
    expect([status, errors.map(({ extensions }) => extensions.code)]).toEqual([400, ['BAD_USER_INPUT']]);
  });
});

describe('who may read statistics', () => {
  it.each(['INTEGRATOR', 'PUBLIC'] as const)('%s may', async (role) => {
    expect(sum(await groups(app.as(null, role), ['DISTRICT', 'DAY']), 'count')).toBe(11);
  });

  it('a token for statistics alone may group by anything but places, and not filter by what it may not read', async () => {
    const caller = app.as('TUR', 'LIAISON_OFFICER', { scopes: ['statistics:read'] });
    expect(sum(await groups(caller, ['CATEGORY', 'DAY', 'STATUS']), 'count')).toBe(47);
    for (const query of [
      '{ incidentStatistics(groupBy: [DISTRICT]) { count } }',
      '{ incidentStatistics(groupBy: [], filter: { place: ["agdam"] }) { count } }',
      '{ incidentStatistics(groupBy: [], filter: { claimant: ["DFA"] }) { count } }',
    ]) {
      const { status, data, errors } = await caller.query(query);
      expect([status, data]).toEqual([200, null]);
      expect(errors).toMatchObject([{ path: ['incidentStatistics'], extensions: { code: 'FORBIDDEN' } }]);
    }
  });

  it('a national administrator may not', async () => {
    const { data, errors } = await app
      .as('RUS', 'NATIONAL_ADMIN')
      .query('{ incidentStatistics(groupBy: []) { count } }');
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: 'FORBIDDEN', scope: 'statistics:read' } }]);
  });
});
