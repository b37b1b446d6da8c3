import { parseDateTime } from '../common/date-time.js';
import type { CsvRow } from '../csv/csv-file.js';
import type { ImportProblems } from '../csv/problem.js';
import { MAX_CASUALTIES } from '../domain/limits.js';
import type { Problem } from '../mutations/problem.js';
import { codePoint, LOOKALIKE, parseText } from '../mutations/text.rules.js';

/** A rule that the API applies to input; see src/mutations/ and the rules of a module. */
type Rule = (field: readonly string[], problems: Problem[]) => void;

/** Parses the cells of one row. Each method returns the value, or reports a problem and returns null. */
export interface Cells<C extends string> {
  readonly line: number;
  /** Reports a problem of a column, with the whole cell. */
  refuse(column: C, message: string): null;
  /** Applies a rule of the API to a column and reports its problems. */
  validate(column: C, rule: Rule): void;
  text(column: C, maximum: number): string | null;
  required(column: C, maximum: number): string | null;
  /** A new code. `form` describes `pattern` in words. */
  code(column: C, pattern: RegExp, form: string): string | null;
  /** One of a closed list. */
  oneOf<V extends string>(column: C, values: readonly V[]): V | null;
  /** Several known codes without duplicates; empty if the cell is empty. */
  list(column: C, separator: RegExp, isKnown: (code: string) => boolean): string[];
  /** One known code; null without a problem when the cell is empty. */
  known(column: C, isKnown: (code: string) => boolean): string | null;
  /** A whole number of 0 or more; null without a problem when the cell is empty. */
  count(column: C): number | null;
  /** A decimal number; null without a problem when the cell is empty. */
  number(column: C, minimum: number, maximum: number): number | null;
  /** A moment of RFC 3339; null without a problem when the cell is empty. */
  instant(column: C): Date | null;
}

export function readCells<C extends string>(row: CsvRow<C>, problems: ImportProblems): Cells<C> {
  return new CellReader(row, problems);
}

class CellReader<C extends string> implements Cells<C> {
  readonly line: number;
  private readonly cells: Readonly<Record<C, string>>;

  constructor(
    { line, cells }: CsvRow<C>,
    private readonly problems: ImportProblems,
  ) {
    this.line = line;
    this.cells = cells;
  }

  refuse(column: C, message: string): null {
    this.problems.add(this.line, message, column, this.cells[column]);
    return null;
  }

  validate(column: C, rule: Rule): void {
    const found: Problem[] = [];
    rule([], found);
    for (const problem of found) this.refuse(column, messageOf(problem));
  }

  text(column: C, maximum: number): string | null {
    const value = this.cells[column];
    if (value === '') return value;
    const before = this.problems.count;
    this.validate(column, (field, found) => parseText(value, field, { longest: maximum }, found));
    return this.problems.count === before ? value : null;
  }

  required(column: C, maximum: number): string | null {
    return this.cells[column] === '' ? this.refuse(column, 'is empty') : this.text(column, maximum);
  }

  code(column: C, pattern: RegExp, form: string): string | null {
    const value = this.latin(column, this.cells[column]);
    if (value === null) return null;
    return pattern.test(value) ? value : this.refuse(column, `is not a code of ${form}`);
  }

  oneOf<V extends string>(column: C, values: readonly V[]): V | null {
    const value = values.find((candidate) => candidate === this.cells[column]);
    if (value !== undefined) return value;
    if (this.latin(column, this.cells[column]) === null) return null;
    return this.refuse(column, `is not one of ${values.join(', ')}`);
  }

  list(column: C, separator: RegExp, isKnown: (code: string) => boolean): string[] {
    const cell = this.cells[column];
    const values = cell === '' ? [] : cell.split(separator).map((value) => value.trim());
    const repeated = values.find((value, index) => values.indexOf(value) !== index);
    if (repeated !== undefined) this.refuse(column, `names ${shown(repeated)} twice`);
    return [...new Set(values)].filter((value) => this.knownCode(column, value, isKnown) !== null);
  }

  known(column: C, isKnown: (code: string) => boolean): string | null {
    return this.cells[column] === '' ? null : this.knownCode(column, this.cells[column], isKnown);
  }

  count(column: C): number | null {
    const cell = this.cells[column];
    if (cell === '') return null;
    const value = /^\d+$/.test(cell) ? Number(cell) : Number.NaN;
    if (value <= MAX_CASUALTIES) return value;
    return this.refuse(column, `is not a whole number from 0 to ${MAX_CASUALTIES}`);
  }

  number(column: C, minimum: number, maximum: number): number | null {
    const cell = this.cells[column];
    if (cell === '') return null;
    const value = /^-?\d+(?:\.\d+)?$/.test(cell) ? Number(cell) : Number.NaN;
    if (value >= minimum && value <= maximum) return value;
    return this.refuse(column, `is not a number from ${minimum} to ${maximum}`);
  }

  instant(column: C): Date | null {
    if (this.cells[column] === '') return null;
    const moment = parseDateTime(this.cells[column]);
    return moment ?? this.refuse(column, 'is not a time of RFC 3339, such as 2021-08-11T21:50:00+04:00');
  }

  /** The value, unless it contains a letter of another script that looks Latin. */
  private latin(column: C, value: string): string | null {
    const letter = LOOKALIKE.exec(value)?.[0];
    if (letter === undefined) return value;
    const character = `${letter} (${codePoint(letter)})`;
    return this.refuse(column, `contains the letter ${character}; codes have Latin letters only`);
  }

  private knownCode(column: C, value: string, isKnown: (code: string) => boolean): string | null {
    if (this.latin(column, value) === null) return null;
    return isKnown(value) ? value : this.refuse(column, `${shown(value)} is not known`);
  }
}

/** The problem that a rule of the API reports, as text after the name of a column. */
function messageOf({ reason, variables = {} }: Problem): string {
  switch (reason) {
    case 'NOTHING_TO_READ':
      return 'has nothing to read, only characters that are not seen';
    case 'CONTROL_CHARACTER':
      return `contains the control character ${variables.character}`;
    case 'TOO_LONG':
      return `is ${variables.length} characters long; at most ${variables.maximum} are taken`;
    case 'TOO_MANY':
      return `makes too many items; at most ${variables.maximum} are taken`;
    case 'INVALID_URL':
      return 'has an address that is no http or https address in ASCII';
    case 'IN_THE_FUTURE':
      return 'is in the future';
    case 'BEFORE_RECORD':
      return 'is before 27 September 2020 in Baku, where the record begins';
    case 'INTERVAL':
      return 'is not after the beginning';
    default:
      return `is refused (${reason})`;
  }
}

function shown(value: string): string {
  return value === '' ? 'an empty entry' : value.slice(0, 60);
}
