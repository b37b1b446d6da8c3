import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PACKAGE_ROOT } from '../../src/common/package-root.js';
import { ImportError, type ImportProblem } from '../../src/csv/problem.js';
import { importPlaces } from '../../src/imports/places.import.js';
import { type ImportDatabase, openImportDatabase } from './import-database.js';

const HEADER = 'code,kind,parent,name_tr,name_ru,name_az,name_en,aliases,latitude,longitude';
const SHIPPED = readFileSync(join(PACKAGE_ROOT, 'data', 'places.csv'), 'utf8');

let database: ImportDatabase;
beforeAll(async () => {
  database = await openImportDatabase('shipped');
});
afterAll(() => database.close());

const problemsOf = async (content: string | Buffer): Promise<ImportProblem[]> => {
  const file = await database.file('places.csv', content);
  const before = await database.snapshot();
  const error = await importPlaces(database.owner, file).then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ImportError)) throw new Error(`not refused: ${error}`);
  expect(await database.snapshot()).toEqual(before);
  expect(new Set(error.problems.map((problem) => problem.file))).toEqual(new Set([file]));
  return [...error.problems];
};

const place = (cells: Partial<Record<string, string>>): string => {
  const defaults: Record<string, string> = {
    code: 'test-village',
    kind: 'VILLAGE',
    parent: 'agdam',
    name_tr: 'Köy',
    name_ru: 'Село',
    name_az: 'Kənd',
    name_en: 'Village',
    aliases: '',
    latitude: '40.1',
    longitude: '46.9',
  };
  return HEADER.split(',')
    .map((column) => cells[column] ?? defaults[column])
    .join(',');
};

describe('importPlaces', () => {
  it('adds new places, children before their parents too, and finds them by every name', async () => {
    const rows = [
      HEADER,
      place({ code: 'new-village', parent: 'new-district', aliases: 'Çinarlı|Чинарлы' }),
      place({ code: 'new-district', kind: 'DISTRICT', parent: '', latitude: '', longitude: '' }),
    ];
    const file = await database.file('new.csv', rows.join('\r\n'));
    expect(await importPlaces(database.owner, file)).toEqual({ added: 2, changed: 0, unchanged: 0 });
    const [row] = await database.owner.query(
      `select p.search_text, d.code as parent, p.aliases from place p join place d on d.key = p.parent_key where p.code = 'new-village'`,
    );
    expect(row).toMatchObject({ parent: 'new-district', aliases: ['Çinarlı', 'Чинарлы'] });
    expect(row.search_text.split(' ')).toContain('chinarli');
    const before = await database.snapshot();
    expect(await importPlaces(database.owner, file)).toEqual({ added: 0, changed: 0, unchanged: 2 });
    expect(await database.snapshot()).toEqual(before);
  });

  it('takes columns in any order, a byte order mark, and decomposed letters', async () => {
    const text =
      'kind,code,parent,name_ru,name_tr,name_az,name_en,aliases,longitude,latitude\nVILLAGE,any-order,agdam,Село,Ko\u0308y,Kənd,Village,,46.5,40.5\n';
    await importPlaces(database.owner, await database.file('order.csv', `\ufeff${text}`));
    const [row] = await database.owner.query(
      `select name_tr, latitude, longitude from place where code = 'any-order'`,
    );
    expect(row).toEqual({ name_tr: 'Köy', latitude: 40.5, longitude: 46.5 });
  });

  it('changes only what differs, and what incidents are found by and counted under with it', async () => {
    const hadrut = SHIPPED.split('\n').find((line) => line.startsWith('hadrut,')) ?? '';
    const incidents = () =>
      database.owner.query(
        `select p.code as district, incident_search.document @@ 'zzyzx'::tsquery as found, updated_at::text from incident i join incident_search on i.key = incident_key
           join place p on p.key = district_key where import_key = 'KB-0004'`,
      );
    const aggregates = () =>
      database.owner.query(
        `select code, sum(incidents)::int as n from incident_aggregate join place p on p.key = district_key
          where dimension_set in ('category_district_month', 'change') and audience & 2 <> 0 and code in ('agdam', 'khojavend-district') group by code order by code`,
      );
    const [before] = await incidents();
    expect(before).toMatchObject({ district: 'khojavend-district', found: false });
    const counted = await aggregates();
    const [agdam, khojavend] = counted;
    const changed = hadrut
      .replace('khojavend-district', 'agdam')
      .replace(/([^,]*),(?=[^,]*,[^,]*$)/, 'Zzyzx,');
    const file = await database.file('changed.csv', SHIPPED.replace(hadrut, changed));
    expect(await importPlaces(database.owner, file)).toEqual({ added: 0, changed: 1, unchanged: 54 });
    expect(await incidents()).toEqual([{ ...before, district: 'agdam', found: true }]);
    const left = agdam.n + khojavend.n - (await aggregates())[0].n;
    expect(await aggregates()).toEqual([
      { code: 'agdam', n: agdam.n + khojavend.n - left },
      { code: 'khojavend-district', n: left },
    ]);
    expect(left).toBeLessThan(khojavend.n);
    await importPlaces(database.owner, await database.file('back.csv', SHIPPED));
    expect(await aggregates()).toEqual(counted);
    expect(await incidents()).toEqual([before]);
  });

  it('writes nothing when there is anything wrong, and names all of it', async () => {
    const rows = [
      HEADER,
      place({ code: 'good-one' }),
      place({ code: 'Bad Code' }),
      place({ code: 'аgdam-2' }),
      place({ code: 'kind', kind: 'Village' }),
      place({ code: 'orphan', parent: 'nowhere' }),
      place({ code: 'good-one', name_ru: '' }),
      place({ code: 'north', latitude: '90.5', longitude: '200' }),
      place({ code: 'half', longitude: '' }),
      place({ code: 'bell', name_en: 'Vil\u0007lage', name_tr: `"${'ö'.repeat(201)}"` }),
      'short,VILLAGE',
      place({ code: 'turned', name_en: 'a\u202eb' }),
      place({ code: 'number', latitude: '4O.1' }),
    ];
    const problems = await problemsOf(rows.join('\n'));
    expect(problems.map(({ line, column, value }) => [line, column, value?.slice(0, 10) ?? null])).toEqual([
      [3, 'code', 'Bad Code'],
      [4, 'code', 'аgdam-2'],
      [5, 'kind', 'Village'],
      [6, 'parent', 'nowhere'],
      [7, 'code', 'good-one'],
      [7, 'name_ru', ''],
      [8, 'latitude', '90.5'],
      [8, 'longitude', '200'],
      [9, 'longitude', ''],
      [10, 'name_tr', 'ö'.repeat(10)],
      [10, 'name_en', 'Vil\u0007lage'],
      [11, null, null],
      [12, 'name_en', 'a\u202eb'],
      [13, 'latitude', '4O.1'],
    ]);
    expect(problems[1]?.message).toContain('U+0430');
    expect(problems[4]?.message).toBe('repeats line 2');
  });

  it('refuses names and aliases with nothing to read', async () => {
    const rows = [
      HEADER,
      place({ code: 'no-name', name_az: '\u3164' }),
      place({ code: 'no-alias', aliases: 'Çinarlı|\u2060' }),
    ];
    expect((await problemsOf(rows.join('\n'))).map(({ line, column }) => [line, column])).toEqual([
      [2, 'name_az'],
      [3, 'aliases'],
    ]);
  });

  it('refuses places in themselves, in settlements, or in former districts', async () => {
    const loop = [
      HEADER,
      place({ code: 'a-a', parent: 'b-b' }),
      place({ code: 'b-b', parent: 'c-c' }),
      place({ code: 'c-c', parent: 'a-a' }),
    ];
    expect((await problemsOf(loop.join('\n'))).map(({ line, message }) => [line, message])).toEqual([
      [2, 'makes the place lie in itself: a-a → b-b → c-c → a-a'],
      [3, 'makes the place lie in itself: b-b → c-c → a-a → b-b'],
      [4, 'makes the place lie in itself: c-c → a-a → b-b → c-c'],
    ]);
    const own = [HEADER, place({ code: 'own', parent: 'own' })];
    expect((await problemsOf(own.join('\n')))[0]?.message).toContain('own → own');
    const nested = [
      HEADER,
      place({ code: 'nested', parent: 'marzili' }),
      place({ code: 'inner', kind: 'DISTRICT' }),
    ];
    expect((await problemsOf(nested.join('\n'))).map(({ line, column }) => [line, column])).toEqual([
      [2, 'parent'],
      [3, 'parent'],
    ]);
    const demoted = [HEADER, place({ code: 'agdam', kind: 'AREA', parent: '' })];
    expect((await problemsOf(demoted.join('\n')))[0]).toMatchObject({ line: 2, column: 'kind' });
  });

  it.each([
    [
      'a missing column',
      SHIPPED.replace(',aliases,', ',other,'),
      [
        [1, 'aliases'],
        [1, 'other'],
      ],
    ],
    [
      'a column twice',
      SHIPPED.replace('code,kind', 'code,code'),
      [
        [1, 'kind'],
        [1, 'code'],
      ],
    ],
    ['an empty file', '', [[1, null]]],
    [
      'a byte that is no UTF-8',
      Buffer.concat([Buffer.from(`${HEADER}\n${place({})}\n`), Buffer.from([0x61, 0xff, 0x0a])]),
      [
        [3, null],
        [3, null],
      ],
    ],
    [
      'a quote without an end',
      `${HEADER}\n${place({})}\n${place({ name_en: '"never closed' })}\n${place({ code: 'x' })}\n`,
      [[3, null]],
    ],
    [
      'a quote in the middle',
      `${HEADER}\n${place({ kind: 'X' })}\n${place({ name_en: 'a"b' })}\n`,
      [
        [2, 'kind'],
        [3, null],
      ],
    ],
    [
      'a line break inside a cell',
      `${HEADER}\n\n${place({ name_en: '"a\nb"' })}\n${place({ code: 'x', kind: 'X' })}`,
      [
        [3, 'name_en'],
        [5, 'kind'],
      ],
    ],
  ])('reports %s', async (_, content, places) => {
    expect((await problemsOf(content)).map(({ line, column }) => [line, column])).toEqual(places);
  });

  it('rejects in words when there is no such file', async () => {
    await expect(importPlaces(database.owner, '/no/such/file.csv')).rejects.toThrow('ENOENT');
  });
});
