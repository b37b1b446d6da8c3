import type { CsvRow } from '../csv/csv-file.js';
import type { ImportProblems } from '../csv/problem.js';
import { MAX_ITEMS, MAX_LENGTH } from '../domain/limits.js';
import { LANGUAGE_TAGS, LANGUAGES, LOCALES, type Locale } from '../domain/locale.js';
import { AUDIENCES, NATIONS, type Nation } from '../domain/scopes.js';
import { type SourceType, VOCABULARIES } from '../domain/vocabularies.js';
import type {
  CasualtiesContent,
  ClaimContent,
  IncidentContent,
  TextContent,
} from '../modules/incidents/write/content.js';
import { checkInterval, checkTime, type KnownCodes } from '../modules/incidents/write/content.rules.js';
import { checkListLength, parseUrl } from '../mutations/text.rules.js';
import { maskOf } from '../planner/audience-mask.js';
import { type Cells, readCells } from './cells.js';

export const INCIDENT_COLUMNS = [
  'key',
  'originator',
  'released_to',
  'category',
  'severity',
  'occurred_from',
  'occurred_to',
  'time_precision',
  'place',
  'title_source',
  ...LANGUAGE_TAGS.map((tag) => `title_${tag}` as const),
  'claimants',
  'attributed_to',
  'source_type',
  'source_urls',
  'killed_military',
  'killed_civilian',
  'wounded',
  'provisions',
  'note',
] as const;
export type IncidentColumn = (typeof INCIDENT_COLUMNS)[number];

/** A validated incident of a file. */
export interface IncidentRecord {
  readonly line: number;
  readonly importKey: string;
  readonly originator: Nation;
  /** Bit mask of those who see it, including the originator. */
  readonly audience: number;
  readonly content: IncidentContent;
}

const KEY = /^[A-Za-z0-9][A-Za-z0-9._/-]*$/;

/** Whether it can be the key of a row. */
export function isImportKey(key: string): boolean {
  return KEY.test(key) && key.length <= MAX_LENGTH.importKey;
}

/** What a row is checked against besides itself. */
interface RowContext {
  readonly known: KnownCodes;
  /** The line that has each key first. */
  readonly firstLines: ReadonlyMap<string, number>;
  readonly now: Date;
}

/** Reads a row. Answers null if anything is wrong with it, which goes to `problems`. */
export function readIncident(
  row: CsvRow<IncidentColumn>,
  { known, firstLines, now }: RowContext,
  problems: ImportProblems,
): IncidentRecord | null {
  const { line } = row;
  const before = problems.count;
  const cells = readCells(row, problems);
  const importKey = cells.code('key', KEY, 'Latin letters, digits, dots, slashes and hyphens');
  if (importKey !== null) cells.text('key', MAX_LENGTH.importKey);
  const first = firstLines.get(row.cells.key) ?? line;
  if (first !== line) cells.refuse('key', `repeats line ${first}`);
  const originator = cells.oneOf('originator', NATIONS);
  const releasedTo = cells.list('released_to', /;/, (audience) => isOneOf(AUDIENCES, audience));
  const content = readContent(cells, row.cells, known, now);
  if (problems.count > before || importKey === null || originator === null || content === null) return null;
  const audience = maskOf([originator, ...AUDIENCES.filter((code) => releasedTo.includes(code))]);
  return { line, importKey, originator, audience, content };
}

type RowCells = CsvRow<IncidentColumn>['cells'];

function readContent(
  cells: Cells<IncidentColumn>,
  raw: RowCells,
  known: KnownCodes,
  now: Date,
): IncidentContent | null {
  const category = cells.oneOf('category', VOCABULARIES.IncidentCategory);
  const severity = cells.oneOf('severity', VOCABULARIES.Severity);
  const occurredFrom =
    raw.occurred_from === '' ? cells.refuse('occurred_from', 'is empty') : cells.instant('occurred_from');
  const occurredTo = cells.instant('occurred_to');
  if (occurredFrom)
    cells.validate('occurred_from', (field, problems) => checkTime(occurredFrom, field, now, problems));
  if (occurredTo)
    cells.validate('occurred_to', (field, problems) => checkTime(occurredTo, field, now, problems));
  if (occurredFrom && occurredTo)
    cells.validate('occurred_to', (field, problems) =>
      checkInterval(occurredFrom, occurredTo, field, problems),
    );
  const timePrecision = cells.oneOf('time_precision', VOCABULARIES.TimePrecision);
  const place = cells.known('place', (code) => known.places.has(code));
  const title = readTitle(cells, raw);
  const claims = parseClaims(cells, raw, known);
  const casualties = parseCasualties(cells);
  const provisions = cells.list('provisions', /;/, (code) => known.provisions.has(code));
  cells.validate('provisions', (field, problems) =>
    checkListLength(provisions, MAX_ITEMS.provisions, field, problems),
  );
  if (!category || !severity || !occurredFrom || !timePrecision || !title) return null;
  return {
    category,
    severity,
    occurredFrom: occurredFrom.toISOString(),
    occurredTo: occurredTo?.toISOString() ?? null,
    timePrecision,
    place,
    position: null,
    title,
    narrative: null,
    claims,
    casualties,
    provisions,
  };
}

/** The title in the source language is required. The others are translations of it. */
function readTitle(cells: Cells<IncidentColumn>, raw: RowCells): TextContent | null {
  const tag = cells.oneOf('title_source', LANGUAGE_TAGS);
  const source = LOCALES.find((locale) => LANGUAGES[locale].tag === tag);
  const texts: { -readonly [L in Locale]?: TextContent['texts'][L] } = {};
  for (const locale of LOCALES) {
    const column = `title_${LANGUAGES[locale].tag}` as const;
    const text = cells.text(column, MAX_LENGTH.title);
    if (text) texts[locale] = { text, status: locale === source ? 'SOURCE' : 'WORKING' };
    else if (locale === source && raw[column] === '')
      cells.refuse(column, 'is empty, though title_source names its language');
  }
  return source === undefined ? null : { source, texts };
}

/**
 * Makes one claim for each claimant. The note is the statement of the first. Each claim gets one of the sources;
 * further sources make further claims of the first claimant. With one claimant, every listed party is attributed to.
 * With several, each attributes to the one listed party other than itself, if there is exactly one. So no party
 * accuses itself.
 */
function parseClaims(cells: Cells<IncidentColumn>, raw: RowCells, known: KnownCodes): ClaimContent[] {
  const isParty = (code: string): boolean => known.parties.has(code);
  const claimants = cells.list('claimants', /;/, isParty);
  const attributedTo = cells.list('attributed_to', /;/, isParty);
  const sourceType = cells.oneOf('source_type', VOCABULARIES.SourceType) ?? 'OTHER';
  const urls = readUrls(cells, raw);
  const note = cells.text('note', MAX_LENGTH.remark);
  if (raw.claimants === '') cells.refuse('claimants', 'is empty');
  const [first] = claimants;
  if (first === undefined) return [];

  const pairs = claimants.flatMap((claimant): [string, string | null][] => {
    const others = attributedTo.filter((party) => party !== claimant);
    if (claimants.length === 1 && others.length > 0) return others.map((party) => [claimant, party]);
    return [[claimant, others.length === 1 ? (others[0] ?? null) : null]];
  });
  for (const party of attributedTo) {
    if (pairs.some(([, attributed]) => attributed === party)) continue;
    cells.refuse('attributed_to', `names ${party}, but it is not clear which claimant holds it responsible`);
  }
  const claims = pairs.map(([claimant, attributed], index) =>
    claimOf(claimant, attributed, sourceType, urls[index] ?? null, index === 0 ? note : null),
  );
  const further = urls
    .slice(pairs.length)
    .map((url) => claimOf(first, pairs[0]?.[1] ?? null, 'MEDIA', url, null));
  const all = [...claims, ...further];
  cells.validate(further.length > 0 ? 'source_urls' : 'claimants', (field, problems) =>
    checkListLength(all, MAX_ITEMS.claims, field, problems),
  );
  return all;
}

function claimOf(
  claimant: string,
  attributedTo: string | null,
  sourceType: SourceType,
  sourceUrl: string | null,
  statement: string | null,
): ClaimContent {
  return {
    claimant,
    attributedTo,
    sourceType,
    sourceUrl,
    statement: statement ? { source: 'EN', texts: { EN: { text: statement, status: 'SOURCE' } } } : null,
  };
}

function readUrls(cells: Cells<IncidentColumn>, raw: RowCells): string[] {
  const urls = (raw.source_urls ?? '').split(/\s+/).filter((url) => url !== '');
  for (const url of urls) {
    cells.validate('source_urls', (field, problems) => parseUrl(url, field, problems));
  }
  return urls;
}

/** Groups without any figure are left out. */
function parseCasualties(cells: Cells<IncidentColumn>): CasualtiesContent[] {
  const unknown = { party: null, killed: null, wounded: null, detained: null };
  const groups: CasualtiesContent[] = [
    { ...unknown, group: 'MILITARY', killed: cells.count('killed_military') },
    { ...unknown, group: 'CIVILIAN', killed: cells.count('killed_civilian') },
    { ...unknown, group: 'UNKNOWN', wounded: cells.count('wounded') },
  ];
  return groups.filter(({ killed, wounded }) => killed !== null || wounded !== null);
}

function isOneOf(values: readonly string[], value: string): boolean {
  return values.includes(value);
}
