import { isDeepStrictEqual } from 'node:util';
import type { DataSource, EntityManager } from 'typeorm';
import { readCsv } from '../csv/csv-file.js';
import { ImportProblems } from '../csv/problem.js';
import { Place } from '../modules/places/place.entity.js';
import { batchesOf } from './batches.js';
import { lockImports } from './lock.js';
import { PLACE_COLUMNS, type PlaceRecord, readPlaces } from './place-rows.js';

interface PlacesImported {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
}

/**
 * Imports places from a CSV file with the columns of data/places.csv. Adds new codes, updates changed ones, removes
 * none. Throws an ImportError that lists the problems; then nothing is written.
 */
export function importPlaces(
  dataSource: DataSource,
  file: string,
  signal?: AbortSignal,
): Promise<PlacesImported> {
  return dataSource.transaction(async (manager) => {
    await lockImports(manager);
    const imported = await importPlacesFile(manager, file);
    signal?.throwIfAborted();
    return imported;
  });
}

/** Like {@link importPlaces}, in a transaction that holds the import lock. */
export async function importPlacesFile(manager: EntityManager, file: string): Promise<PlacesImported> {
  const existing = await manager.find(Place);
  const codes = new Map(existing.map(({ key, code }) => [key, code]));
  const tree = new Map(
    existing.map(({ code, kind, parentKey }) => {
      const parent = parentKey === null ? null : (codes.get(parentKey) ?? null);
      return [code, { kind, parent }];
    }),
  );
  const problems = new ImportProblems(file);
  // All at once: which place lies in which shows at the end of the file.
  const rows = [];
  for await (const row of readCsv(file, PLACE_COLUMNS, problems)) rows.push(row);
  const records = readPlaces(rows, tree, problems);
  problems.throwIfAny();
  return save(manager, records, new Map(existing.map((place) => [place.code, place])));
}

async function save(
  manager: EntityManager,
  records: readonly PlaceRecord[],
  existing: ReadonlyMap<string, Place>,
): Promise<PlacesImported> {
  const keys = new Map([...existing].map(([code, place]) => [code, place.key]));
  const added = records.filter(({ code }) => !existing.has(code));
  const newKeys = await takeKeys(manager, added.length, existing.size === 0);
  for (const [index, key] of newKeys.entries()) keys.set(added[index]?.code ?? '', key);

  // Districts first, because a place refers to its parent.
  for (const batch of batchesOf([...added].sort((a, b) => depth(a) - depth(b)))) {
    await manager.insert(
      Place,
      batch.map((record) => ({ key: keyOf(record.code, keys), ...columnsOf(record, keys) })),
    );
  }
  const changed: number[] = [];
  for (const record of records) {
    const place = existing.get(record.code);
    const columns = columnsOf(record, keys);
    if (place === undefined || isSame(place, columns)) continue;
    await manager.update(Place, { key: place.key }, columns);
    changed.push(place.key);
  }
  await refreshIncidents(manager, changed);
  return {
    added: added.length,
    changed: changed.length,
    unchanged: records.length - added.length - changed.length,
  };
}

function depth({ parent }: PlaceRecord): number {
  return parent === null ? 0 : 1;
}

function keyOf(code: string, keys: ReadonlyMap<string, number>): number {
  const key = keys.get(code);
  if (key === undefined) throw new Error(`No key for the place ${code}`);
  return key;
}

/** Keys for new places, in order; those of the first import start at 1 on every installation. */
async function takeKeys(manager: EntityManager, count: number, isFirst: boolean): Promise<number[]> {
  if (isFirst) await manager.query(`select setval(pg_get_serial_sequence('place', 'key'), 1, false)`);
  const rows: { key: number }[] = await manager.query(
    `select nextval(pg_get_serial_sequence('place', 'key'))::int as key from generate_series(1, $1)`,
    [count],
  );
  return rows.map(({ key }) => key);
}

function columnsOf(
  { code, kind, parent, names, aliases, latitude, longitude }: PlaceRecord,
  keys: ReadonlyMap<string, number>,
) {
  return {
    code,
    kind,
    names,
    aliases,
    parentKey: parent === null ? null : keyOf(parent, keys),
    latitude,
    longitude,
  };
}

function isSame(place: Place, columns: ReturnType<typeof columnsOf>): boolean {
  const { code, kind, names, aliases, parentKey, latitude, longitude } = place;
  return isDeepStrictEqual(
    { code, kind, names: { ...names }, aliases, parentKey, latitude, longitude },
    columns,
  );
}

/** Updates incidents of changed places; triggers derive the district and the search document. */
async function refreshIncidents(manager: EntityManager, placeKeys: readonly number[]): Promise<void> {
  await manager.query(
    'update incident set place_key = place_key where place_key = any ($1) or district_key = any ($1)',
    [placeKeys],
  );
}
