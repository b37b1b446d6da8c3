import { CsvError, parse } from 'csv-parse';
import { MAX_RECORD_BYTES, readLines } from './csv-lines.js';
import type { ImportProblems } from './problem.js';

/** A record of a file: its cells by column name, in NFC and trimmed. */
export interface CsvRow<C extends string> {
  /** From 1, as editors count; the first line of the record. */
  readonly line: number;
  readonly cells: Readonly<Record<C, string>>;
}

interface RawRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Reads a CSV file row by row (RFC 4180, UTF-8, header first, columns in any order; lines end in LF, CRLF or CR).
 * Memory does not grow with the file. Rows without any value are left out; so are bad rows, which are reported.
 * Rejects when the file cannot be read.
 */
export async function* readCsv<C extends string>(
  file: string,
  columns: readonly C[],
  problems: ImportProblems,
): AsyncGenerator<CsvRow<C>> {
  let header: Header<C> | null = null;
  for await (const record of readRecords(file, columns, problems)) {
    if (header === null) {
      header = readHeader(record, columns, problems);
      if (header === null) return;
    } else {
      const row = readRow(record, header, columns, problems);
      if (row !== null) yield row;
    }
  }
  if (header === null && problems.count === 0)
    problems.add(1, `has no header; it takes ${columns.join(',')}`);
}

/** Records with any value, without the line by which Excel is asked to take commas. */
async function* readRecords(
  file: string,
  columns: readonly string[],
  problems: ImportProblems,
): AsyncGenerator<RawRecord> {
  for await (const records of parseRecords(readLines(file, problems), columns, problems)) {
    for (const record of records) {
      const isBlank = record.cells.every((cell) => cell.trim() === '');
      if (!isBlank && !(record.line === 1 && record.cells.join() === 'sep=,')) yield record;
    }
  }
}

function readRow<C extends string>(
  { line, cells: found }: RawRecord,
  { width, indexes }: Header<C>,
  columns: readonly C[],
  problems: ImportProblems,
): CsvRow<C> | null {
  if (found.length !== width) {
    problems.add(line, `has ${found.length} columns where the header has ${width}`);
    return null;
  }
  const cells = {} as Record<C, string>;
  for (const column of columns) cells[column] = (found[indexes[column]] ?? '').normalize('NFC').trim();
  return { line, cells };
}

/** Records, as many at a time as a piece of the file has. After a quoting error the borders of cells are unknown. */
async function* parseRecords(
  pieces: AsyncIterable<Buffer>,
  columns: readonly string[],
  problems: ImportProblems,
): AsyncGenerator<readonly RawRecord[]> {
  let line = 1;
  let records: RawRecord[] = [];
  const parser = parse({
    bom: true,
    relax_column_count: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    max_record_size: MAX_RECORD_BYTES,
    on_record: (cells: string[]) => {
      records.push({ line, cells });
      line += 1 + countBreaks(cells);
      return null;
    },
  });
  // Each error is also the outcome of the write that met it.
  parser.on('error', () => {});
  let isFirst = true;
  for await (const piece of pieces) {
    const separator = isFirst ? otherSeparator(piece, columns) : null;
    if (separator !== null) return problems.add(1, separator);
    isFirst = false;
    const error = await outcome((done) => parser.write(piece, done));
    yield records;
    records = [];
    if (error) return problems.add(line, parseProblem(error));
  }
  const error = await outcome((done) => parser.end(done));
  yield records;
  if (error) problems.add(line, parseProblem(error));
}

/** The error that a step of a stream ends with, or null. */
function outcome(step: (done: (error?: Error | null) => void) => unknown): Promise<Error | null> {
  return new Promise((resolve) => step((error) => resolve(error ?? null)));
}

function countBreaks(cells: readonly string[]): number {
  return cells.reduce((count, cell) => count + (cell.match(/\r\n|\n|\r/g)?.length ?? 0), 0);
}

function parseProblem(error: Error): string {
  if (!(error instanceof CsvError)) throw error;
  return `${quotingProblem(error.code)}; the rest of the file was not read`;
}

function quotingProblem(code: string): string {
  switch (code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return 'has an opening quote without a closing one, in this record or a later one';
    case 'CSV_MAX_RECORD_SIZE':
      return `is a record of more than ${MAX_RECORD_BYTES} characters, or has an opening quote without a closing one`;
    default:
      return 'has a quote in the wrong place (a cell with quotes, commas or line breaks is quoted whole, its quotes doubled)';
  }
}

const SEPARATORS: Readonly<Record<string, string>> = {
  ';': 'semicolons',
  '\t': 'tabs',
  '|': 'vertical bars',
};

/** What is wrong with a file whose first line is separated by something else than commas; null if nothing is. */
function otherSeparator(piece: Buffer, columns: readonly string[]): string | null {
  const [first = ''] = piece
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart()
    .split(/[\r\n]/, 1);
  const declared = /^"?sep=([^,"]+)"?$/i.exec(first)?.[1];
  if (declared !== undefined) {
    return `names ${SEPARATORS[declared] ?? JSON.stringify(declared)} as separator (sep=); the import takes commas`;
  }
  const namesBy = (separator: string): number =>
    first.split(separator).filter((name) => columns.includes(name.replaceAll('"', '').trim())).length;
  for (const [separator, name] of Object.entries(SEPARATORS)) {
    if (namesBy(separator) > namesBy(',')) return `separates its columns by ${name}; the import takes commas`;
  }
  return null;
}

interface Header<C extends string> {
  readonly width: number;
  /** Where each column stands. */
  readonly indexes: Readonly<Record<C, number>>;
}

/** Null if the header does not have exactly the expected columns. */
function readHeader<C extends string>(
  { line, cells }: RawRecord,
  columns: readonly C[],
  problems: ImportProblems,
): Header<C> | null {
  const names = cells.map((name) => name.normalize('NFC').trim());
  const indexes = {} as Record<C, number>;
  let isComplete = true;
  const refuse = (message: string, column: string): void => {
    isComplete = false;
    problems.add(line, message, column);
  };
  for (const column of columns) {
    indexes[column] = names.indexOf(column);
    if (indexes[column] === -1) refuse('is missing from the header', column);
  }
  names.forEach((name, index) => {
    if (names.indexOf(name) !== index) refuse('is in the header twice', name);
    else if (!columns.some((column) => column === name)) refuse('is not a column this import knows', name);
  });
  return isComplete ? { width: names.length, indexes } : null;
}
