import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PACKAGE_ROOT } from '../../src/common/package-root.js';
import { describeProblem, ImportError, type ImportProblem } from '../../src/csv/problem.js';
import { MAX_CASUALTIES, MAX_ITEMS, MAX_LENGTH } from '../../src/domain/limits.js';
import { INCIDENT_COLUMNS, type IncidentColumn } from '../../src/imports/incident-rows.js';
import { importIncidents } from '../../src/imports/incidents.import.js';
import { UNREADABLE } from '../support/texts.js';
import { type ImportDatabase, openImportDatabase } from './import-database.js';

type Cells = Record<IncidentColumn, string>;

const SHIPPED = z
  .array(z.record(z.enum(INCIDENT_COLUMNS), z.string()))
  .parse(parse(readFileSync(join(PACKAGE_ROOT, 'data', 'incidents.csv')), { columns: true }));

const incident = (cells: Partial<Cells> = {}): Cells => ({
  key: 'TEST-1',
  originator: 'TUR',
  released_to: '',
  category: 'SMALL_ARMS_FIRE',
  severity: 'LOW',
  occurred_from: '2021-12-31T23:30:00+04:00',
  occurred_to: '',
  time_precision: 'MINUTE',
  place: 'marzili',
  title_source: 'tr',
  title_tr: 'Ateş açıldı',
  title_ru: '',
  title_az: '',
  title_en: '',
  claimants: 'TUR',
  attributed_to: '',
  source_type: 'OWN_OBSERVATION',
  source_urls: '',
  killed_military: '',
  killed_civilian: '',
  wounded: '',
  provisions: '',
  note: '',
  ...cells,
});

const csv = (rows: readonly Cells[]): string =>
  [
    INCIDENT_COLUMNS.join(','),
    ...rows.map((row) =>
      INCIDENT_COLUMNS.map((column) => `"${row[column].replaceAll('"', '""')}"`).join(','),
    ),
  ].join('\n');

const addresses = (count: number): string =>
  Array.from({ length: count }, (_, index) => `https://example.org/${index}`).join(' ');

let database: ImportDatabase;
beforeAll(async () => {
  database = await openImportDatabase('shipped');
});
afterAll(() => database.close());

const run = async (rows: readonly Cells[]) =>
  importIncidents(database.owner, await database.file('incidents.csv', csv(rows)));

const problemsOf = async (rows: readonly Cells[]): Promise<readonly ImportProblem[]> => {
  const before = await database.snapshot();
  const error = await run(rows).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ImportError)) throw new Error(`not refused: ${error}`);
  expect(await database.snapshot()).toEqual(before);
  return error.problems;
};

const recorded = async (importKey: string) => {
  const [row] = await database.owner.query(`select * from incident where import_key = $1`, [importKey]);
  return row;
};

/** Rows that are refused, and the columns that are named for it, once for each problem. */
const BAD_ROWS: readonly (readonly [Partial<Cells>, readonly IncidentColumn[]])[] = [
  [{ key: 'B 1' }, ['key']],
  [{ key: 'ТEST' }, ['key']],
  [{ key: 'KB-0002', originator: 'ARM', released_to: 'TUR;NATO' }, ['key', 'originator', 'released_to']],
  [
    { category: 'small_arms_fire', severity: '', time_precision: 'SECOND' },
    ['category', 'severity', 'time_precision'],
  ],
  [{ severity: 'LОW' }, ['severity']],
  [{ occurred_from: '' }, ['occurred_from']],
  [{ occurred_from: '2021-08-11' }, ['occurred_from']],
  [{ occurred_from: '2021-08-11T21:50:00' }, ['occurred_from']],
  [{ occurred_from: '2021-02-29T12:00:00Z' }, ['occurred_from']],
  [{ occurred_from: '2021-08-11T24:00:00Z' }, ['occurred_from']],
  [{ occurred_to: '2021-12-31T23:30:00+04:00' }, ['occurred_to']],
  [{ occurred_to: '2021-12-31T20:00:00+04:00' }, ['occurred_to']],
  [{ place: 'atlantis' }, ['place']],
  [{ place: 'mаrzili' }, ['place']],
  [{ title_source: 'de' }, ['title_source']],
  [{ title_tr: '', title_en: 'Fire' }, ['title_tr']],
  [{ title_tr: 'ş'.repeat(501) }, ['title_tr']],
  [{ title_ru: 'a\u0000b' }, ['title_ru']],
  [{ note: 'line\nbreak' }, ['note']],
  [{ claimants: '' }, ['claimants']],
  [{ claimants: 'TUR;XYZ' }, ['claimants']],
  [{ claimants: 'TUR;TUR' }, ['claimants']],
  [{ attributed_to: 'TUR' }, ['attributed_to']],
  [{ claimants: 'TUR;RUS', attributed_to: 'AZE;ARM' }, ['attributed_to', 'attributed_to']],
  [{ source_type: 'RUMOUR' }, ['source_type']],
  [
    { source_urls: 'https://example.org ftp://example.org javascript:alert(1)' },
    ['source_urls', 'source_urls'],
  ],
  [
    { killed_military: '-1', killed_civilian: '1.5', wounded: 'two' },
    ['killed_military', 'killed_civilian', 'wounded'],
  ],
  [{ killed_military: '99999999999' }, ['killed_military']],
  [{ provisions: 'trilateral-statement-2020/10' }, ['provisions']],
  [{ provisions: 'trilateral-statement-2020/1;;' }, ['provisions', 'provisions']],
];

/** A row begins a line further down for each row above it that holds the break of a line. */
function linesAbove(index: number): number {
  return BAD_ROWS.slice(0, index).filter(([{ note = '' }]) => note.includes('\n')).length;
}

describe('importIncidents', () => {
  it('adds an incident as its originator reported it, hidden from everybody else', async () => {
    expect(await run([incident()])).toEqual({ added: 1, unchanged: 0 });
    expect(await recorded('TEST-1')).toMatchObject({
      audience: 1,
      originator: 'TUR',
      version: 1,
      status: 'REPORTED',
      written_by: 'import',
      occurred_from: new Date('2021-12-31T19:30:00Z'),
      untranslated: 2 + 4 + 8,
      narrative: null,
      latitude: null,
      killed: 0,
      title: {
        source: 'TR',
        revision: 1,
        texts: { TR: { locale: 'TR', text: 'Ateş açıldı', status: 'SOURCE', revision: 1 } },
      },
      reference: expect.stringMatching(/^TUR-2021-\d{6}$/),
    });
  });

  it('counts the year in Baku', async () => {
    await run([incident({ key: 'TEST-2', occurred_from: '2021-12-31T20:00:00Z' })]);
    expect((await recorded('TEST-2')).reference).toMatch(/^TUR-2022-/);
  });

  it('reveals nothing of the row by key or reference: its next import gets others', async () => {
    await run([incident({ key: 'TEST-3' })]);
    const first = await recorded('TEST-3');
    await database.owner.query(`delete from revision where incident_key = $1`, [first.key]);
    await database.owner.query(`delete from incident where key = $1`, [first.key]);
    await run([incident({ key: 'TEST-3' })]);
    const second = await recorded('TEST-3');
    expect(second.key).not.toBe(first.key);
    expect(second.reference).not.toBe(first.reference);
  });

  it('skips what was imported before, whatever has become of it since', async () => {
    await run([incident({ key: 'TEST-4', released_to: 'RUS' })]);
    await database.owner.query(
      `alter table incident disable trigger note_inserted, disable trigger note_updated;
       update incident set version = 2, category = 'SNIPER_FIRE', audience = 15, content_hash = 'x' where import_key = 'TEST-4';
       alter table incident enable trigger note_inserted, enable trigger note_updated`,
    );
    const before = await database.snapshot();
    expect(await run([incident({ key: 'TEST-4', released_to: 'RUS' })])).toEqual({ added: 0, unchanged: 1 });
    expect(await database.snapshot()).toEqual(before);
  });

  it('reports what differs from what was imported before, and changes nothing', async () => {
    await run([incident({ key: 'TEST-5' })]);
    const problems = await problemsOf([
      incident({
        key: 'TEST-5',
        originator: 'RUS',
        released_to: 'AZE',
        category: 'SNIPER_FIRE',
        wounded: '1',
        note: 'x',
        title_ru: 'Обстрел',
      }),
      incident({ key: 'TEST-6' }),
    ]);
    expect(problems.map(({ line, column }) => [line, column])).toEqual([
      [2, 'originator'],
      [2, 'released_to'],
      [2, 'category'],
      [2, 'title_source'],
      [2, 'claimants'],
      [2, 'killed_military'],
    ]);
  });

  it('is all or nothing: bad rows in the middle keep out the good ones, and all are named', async () => {
    const shipped = SHIPPED.slice(0, 20);
    const problems = await problemsOf([
      ...shipped,
      ...BAD_ROWS.map(([cells], index) => incident({ key: `BAD-${index}`, ...cells })),
      incident({ key: 'GOOD' }),
      incident({ key: 'GOOD' }),
    ]);
    const firstLine = 2 + shipped.length;
    const expected = BAD_ROWS.flatMap(([, columns], index) =>
      columns.map((column) => [firstLine + index + linesAbove(index), column]),
    );
    expect(problems.map(({ line, column }) => [line, column])).toEqual([
      ...expected,
      [firstLine + BAD_ROWS.length + 1 + linesAbove(BAD_ROWS.length), 'key'],
    ]);
    expect(await recorded('GOOD')).toBeUndefined();
  });

  it.each<[string, Partial<Cells>, IncidentColumn]>([
    ['a year before the record', { occurred_from: '1922-11-10T12:00:00+04:00' }, 'occurred_from'],
    ['the last moment before the record', { occurred_from: '2020-09-26T23:59:59+04:00' }, 'occurred_from'],
    ['a year to come', { occurred_from: '2202-03-09T12:00:00+04:00' }, 'occurred_from'],
    ['an end to come', { occurred_to: '2202-03-09T12:00:00+04:00' }, 'occurred_to'],
    ['a note of 5,000 characters', { note: 'n'.repeat(5_000) }, 'note'],
    ['a note one character too long', { note: '🙂'.repeat(MAX_LENGTH.remark + 1) }, 'note'],
    ['60 claims by addresses', { source_urls: addresses(60) }, 'source_urls'],
    ['one claim too many', { source_urls: addresses(MAX_ITEMS.claims + 1) }, 'source_urls'],
    [
      'an address too long',
      { source_urls: `https://example.org/${'a'.repeat(MAX_LENGTH.url)}` },
      'source_urls',
    ],
    ['too many casualties', { wounded: String(MAX_CASUALTIES + 1) }, 'wounded'],
  ])('refuses what the API refuses, by line and column: %s', async (_what, cells, column) => {
    const problems = await problemsOf([incident({ key: 'FINE' }), incident({ key: 'OVER', ...cells })]);
    expect(problems.map((problem) => [problem.line, problem.column])).toEqual([[3, column]]);
  });

  it('refuses texts with nothing to read, by line and column', async () => {
    const texts = Object.values(UNREADABLE).filter((text) => !/\p{Cs}/u.test(text) && text.trim() !== '');
    const problems = await problemsOf([
      ...texts.map((title_tr, index) => incident({ key: `T-${index}`, title_tr })),
      ...texts.map((note, index) => incident({ key: `N-${index}`, note })),
    ]);
    expect(problems.map(({ line, column }) => [line, column])).toEqual([
      ...texts.map((_, index) => [2 + index, 'title_tr']),
      ...texts.map((_, index) => [2 + texts.length + index, 'note']),
    ]);
    for (const problem of problems) expect(describeProblem(problem)).toMatch(/^[\x20-\x7e]+$/);
  });

  it('takes what just fits', async () => {
    const rows = [
      incident({ key: 'FITS-1', occurred_from: '2020-09-27T00:00:00+04:00' }),
      incident({ key: 'FITS-2', note: '🙂'.repeat(MAX_LENGTH.remark) }),
      incident({ key: 'FITS-3', source_urls: addresses(MAX_ITEMS.claims) }),
      incident({ key: 'FITS-4', wounded: String(MAX_CASUALTIES) }),
    ];
    expect(await run(rows)).toEqual({ added: rows.length, unchanged: 0 });
  });

  it('takes titles of exactly 500 characters, and every form of time with an offset', async () => {
    await run([
      incident({ key: 'EDGE-1', title_tr: '🙂'.repeat(500) }),
      incident({
        key: 'EDGE-2',
        occurred_from: '2021-08-11t21:50:00.5z',
        occurred_to: '2021-08-11T17:50:01-04:00',
      }),
    ]);
    expect(await recorded('EDGE-2')).toMatchObject({
      occurred_from: new Date('2021-08-11T21:50:00.500Z'),
      occurred_to: new Date('2021-08-11T21:50:01Z'),
    });
  });

  it('gives each claimant a claim, and every listed party and address a place', async () => {
    await run([
      incident({
        key: 'CLAIM-1',
        claimants: 'RUS',
        attributed_to: 'AZE;ARM',
        source_type: 'PARTY_STATEMENT',
        source_urls: 'https://a.example/1 https://a.example/2 https://a.example/3',
        note: 'as said',
      }),
    ]);
    const claims = await database.owner.query(
      `select c.code as claimant, a.code as attributed, source_type, source_url, statement #>> '{texts,EN,text}' as statement
         from claim join incident i on i.key = incident_key join party c on c.key = claimant_key
         left join party a on a.key = attributed_to_key where import_key = 'CLAIM-1' order by ordinal`,
    );
    expect(claims).toEqual([
      {
        claimant: 'RUS',
        attributed: 'AZE',
        source_type: 'PARTY_STATEMENT',
        source_url: 'https://a.example/1',
        statement: 'as said',
      },
      {
        claimant: 'RUS',
        attributed: 'ARM',
        source_type: 'PARTY_STATEMENT',
        source_url: 'https://a.example/2',
        statement: null,
      },
      {
        claimant: 'RUS',
        attributed: 'AZE',
        source_type: 'MEDIA',
        source_url: 'https://a.example/3',
        statement: null,
      },
    ]);
  });

  it('writes many rows in batches, reports progress, and draws no reference twice', async () => {
    const rows = Array.from({ length: 1_200 }, (_, index) =>
      incident({ key: `MANY-${index}`, killed_military: '1' }),
    );
    const steps: [number, number][] = [];
    const file = await database.file('many.csv', csv(rows));
    const result = await importIncidents(database.owner, file, {
      onProgress: (done, total) => steps.push([done, total]),
    });
    expect(result).toEqual({ added: 1_200, unchanged: 0 });
    expect(steps).toEqual([
      [500, 1_200],
      [1_000, 1_200],
      [1_200, 1_200],
    ]);
    const [{ n, tallied }] = await database.owner.query(
      `select (select count(*)::int from incident where audience & 1 <> 0) as n,
              (select sum(incidents)::int from incident_aggregate where dimension_set in ('total', 'change') and audience & 1 <> 0) as tallied`,
    );
    expect(tallied).toBe(n);
  });
});

describe('describeProblem', () => {
  it('says it in one line that cannot act on a terminal', () => {
    const problem = {
      file: 'a.csv',
      line: 3,
      column: 'note',
      value: '\u001b[2J\u202ex',
      message: 'is wrong',
    };
    expect(describeProblem(problem)).toBe('a.csv:3: note: is wrong: "\\u001b[2J\\u202ex"');
    expect(describeProblem({ ...problem, column: null, value: null })).toBe('a.csv:3: is wrong');
  });
});
