import { readFile } from 'node:fs/promises';
import { CsvError, parse } from 'csv-parse/sync';
import type { ImportProblem } from './problem.js';

/** A record of a file: its cells by column name, in NFC and trimmed. */
export interface CsvRow<C extends string> {
  readonly line: number;
  readonly cells: Readonly<Record<C, string>>;
}

interface RawRecord {
  /** Its first line and its last. */
  readonly line: number;
  readonly lastLine: number;
  readonly cells: readonly string[];
}

/**
 * Reads a CSV file (RFC 4180, UTF-8, header first, columns in any order). Bad rows are left out and
 * reported in `problems`. Rejects when the file cannot be read.
 */
export async function readCsv<C extends string>(
  file: string,
  columns: readonly C[],
): Promise<{ rows: CsvRow<C>[]; problems: ImportProblem[] }> {
  const problems: ImportProblem[] = [];
  const report = (line: number, message: string, column: string | null = null, value: string | null = null) =>
    problems.push({ file, line, column, value, message });

  const records = parseRecords(decode(await readFile(file), report), report);
  const header = records.shift();
  if (header === undefined) {
    if (problems.length === 0) report(1, `has no header; it takes ${columns.join(',')}`);
    return { rows: [], problems };
  }
  const names = header.cells.map((name) => name.normalize('NFC').trim());
  const indexes = readHeader(names, columns, (message, column) => report(header.line, message, column));
  if (indexes === null) return { rows: [], problems };

  const rows: CsvRow<C>[] = [];
  for (const { line, cells: found } of records) {
    if (found.length !== names.length) {
      report(line, `has ${found.length} columns where the header has ${names.length}`);
      continue;
    }
    const cells = {} as Record<C, string>;
    for (const column of columns) cells[column] = (found[indexes[column]] ?? '').normalize('NFC').trim();
    rows.push({ line, cells });
  }
  return { rows, problems };
}

/** Text of the file; each line that is not UTF-8 is reported. */
function decode(bytes: Buffer, report: (line: number, message: string) => void): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    const strict = new TextDecoder('utf-8', { fatal: true });
    for (let line = 1, start = 0; start < bytes.length; line++) {
      const end = bytes.indexOf('\n', start);
      const next = end === -1 ? bytes.length : end + 1;
      try {
        strict.decode(bytes.subarray(start, next));
      } catch {
        report(line, 'is not UTF-8');
      }
      start = next;
    }
    return bytes.toString('utf8');
  }
}

/** Records up to the first quoting error. After it the borders of cells are unknown. */
function parseRecords(text: string, report: (line: number, message: string) => void): RawRecord[] {
  const records: RawRecord[] = [];
  try {
    parse(text, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      on_record: (cells: string[], { lines }) => {
        const breaks = cells.join('').match(/\n/g)?.length ?? 0;
        records.push({ line: lines - breaks, lastLine: lines, cells });
        return null;
      },
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const next = (records.at(-1)?.lastLine ?? 0) + 1;
    const line = error.code === 'CSV_QUOTE_NOT_CLOSED' ? next : Number(error.lines);
    report(line, `${quotingProblem(error.code)}; the rest of the file was not read`);
  }
  return records;
}

function quotingProblem(code: string): string {
  return code === 'CSV_QUOTE_NOT_CLOSED'
    ? 'has an opening quote without a closing one, in this record or a later one'
    : 'has a quote in the wrong place (a cell with quotes, commas or line breaks is quoted whole, its quotes doubled)';
}

/** Index of each column, or null if the header does not have exactly the expected columns. */
function readHeader<C extends string>(
  names: readonly string[],
  columns: readonly C[],
  report: (message: string, column: string) => void,
): Record<C, number> | null {
  const indexes = {} as Record<C, number>;
  let isComplete = true;
  const refuse = (message: string, column: string): void => {
    isComplete = false;
    report(message, column);
  };
  for (const column of columns) {
    indexes[column] = names.indexOf(column);
    if (indexes[column] === -1) refuse('is missing from the header', column);
  }
  names.forEach((name, index) => {
    if (names.indexOf(name) !== index) refuse('is in the header twice', name);
    else if (!columns.some((column) => column === name)) refuse('is not a column this import knows', name);
  });
  return isComplete ? indexes : null;
}
