import type { CsvRow } from '../csv/csv-file.js';
import type { ImportProblems } from '../csv/problem.js';
import { MAX_LENGTH } from '../domain/limits.js';
import { LANGUAGE_TAGS, LANGUAGES, type Locale } from '../domain/locale.js';
import { type PlaceKind, VOCABULARIES } from '../domain/vocabularies.js';
import type { LocalNames } from '../graphql-types/local-names.js';
import { parseText } from '../mutations/text.rules.js';
import { readCells } from './cells.js';

export const PLACE_COLUMNS = [
  'code',
  'kind',
  'parent',
  ...LANGUAGE_TAGS.map((tag) => `name_${tag}` as const),
  'aliases',
  'latitude',
  'longitude',
] as const;
type Column = (typeof PLACE_COLUMNS)[number];

/** A validated place of a file. */
export interface PlaceRecord {
  readonly line: number;
  readonly code: string;
  readonly kind: PlaceKind;
  /** Code of the district it lies in. */
  readonly parent: string | null;
  readonly names: LocalNames;
  readonly aliases: string[];
  readonly latitude: number | null;
  readonly longitude: number | null;
}

/** The part of a place that the check of the whole tree needs. */
type KnownPlace = Pick<PlaceRecord, 'kind' | 'parent'>;

const CODE = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

/** Reads rows of places. `existing` are the places in the database, by code. */
export function readPlaces(
  rows: readonly CsvRow<Column>[],
  existing: ReadonlyMap<string, KnownPlace>,
  problems: ImportProblems,
): PlaceRecord[] {
  const places = new Map<string, PlaceRecord>();
  const codes = new Set(rows.map((row) => row.cells.code));
  const seen = new Map<string, number>();
  for (const row of rows) {
    const before = problems.count;
    const cells = readCells(row, problems);
    const code = cells.code('code', CODE, 'small letters, digits and single hyphens');
    const first = seen.get(row.cells.code);
    if (first !== undefined) cells.refuse('code', `repeats line ${first}`);
    else seen.set(row.cells.code, row.line);
    const kind = cells.oneOf('kind', VOCABULARIES.PlaceKind);
    const parent = cells.known('parent', (parentCode) => codes.has(parentCode) || existing.has(parentCode));
    const name = (locale: Locale): string =>
      cells.required(`name_${LANGUAGES[locale].tag}`, MAX_LENGTH.placeName) ?? '';
    const names = { tr: name('TR'), ru: name('RU'), az: name('AZ'), en: name('EN') };
    const aliases = (cells.text('aliases', MAX_LENGTH.placeAliases) ?? '')
      .split('|')
      .map((alias) => alias.trim())
      .filter((alias) => alias !== '');
    for (const alias of aliases)
      cells.validate('aliases', (field, found) =>
        parseText(alias, field, { longest: MAX_LENGTH.placeAliases }, found),
      );
    const latitude = cells.number('latitude', -90, 90);
    const longitude = cells.number('longitude', -180, 180);
    if (row.cells.latitude !== '' && row.cells.longitude === '')
      cells.refuse('longitude', 'is empty, though there is a latitude');
    if (row.cells.longitude !== '' && row.cells.latitude === '')
      cells.refuse('latitude', 'is empty, though there is a longitude');
    if (problems.count > before || code === null || kind === null) continue;
    places.set(code, {
      line: row.line,
      code,
      kind,
      parent,
      names,
      aliases: [...new Set(aliases)],
      latitude,
      longitude,
    });
  }
  if (problems.count === 0) checkTree(places, existing, problems);
  return [...places.values()];
}

/** Checks that settlements and areas lie in districts, and districts in no other place. */
function checkTree(
  places: ReadonlyMap<string, PlaceRecord>,
  existing: ReadonlyMap<string, KnownPlace>,
  problems: ImportProblems,
): void {
  const all = new Map<string, KnownPlace>([...existing, ...places]);
  for (const [code, { parent }] of all) {
    if (parent === null) continue;
    const place = places.get(code);
    if (place !== undefined) {
      const message = parentProblem(code, parent, all);
      if (message !== null) problems.add(place.line, message, 'parent', parent);
      continue;
    }
    // The file changes the kind of a place that places already in the database lie in.
    const changed = places.get(parent);
    if (changed === undefined || changed.kind === 'DISTRICT') continue;
    const message = `is not DISTRICT, though ${code} lies in it`;
    problems.add(changed.line, message, 'kind', changed.kind);
  }
}

/** The problem with the parent of a place, or null. */
function parentProblem(code: string, parent: string, all: ReadonlyMap<string, KnownPlace>): string | null {
  const loop = findLoop(code, all);
  if (loop !== null) return `makes the place lie in itself: ${loop.join(' → ')}`;
  if (all.get(code)?.kind === 'DISTRICT') return 'is given, but a district lies in no other place';
  return all.get(parent)?.kind === 'DISTRICT' ? null : 'is not a district';
}

/** The path from a place over its parents back to itself, or null. */
function findLoop(code: string, places: ReadonlyMap<string, KnownPlace>): string[] | null {
  const way = [code];
  for (let at = places.get(code)?.parent; at != null; at = places.get(at)?.parent) {
    if (at === code) return [...way, code];
    if (way.includes(at)) return null;
    way.push(at);
  }
  return null;
}
