import type { CsvRow } from '../csv/csv-file.js';
import type { ImportProblem } from '../csv/problem.js';
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

export function readCells<C extends string>(
  file: string,
  { line, cells }: CsvRow<C>,
  problems: ImportProblem[],
): Cells<C> {
  const refuse = (column: C, message: string): null => {
    problems.push({ file, line, column, value: cells[column], message });
    return null;
  };
  const hold = (column: C, rule: Rule): void => {
    const found: Problem[] = [];
    rule([], found);
    for (const problem of found) refuse(column, messageOf(problem));
  };
  const text = (column: C, maximum: number): string | null => {
    const value = cells[column];
    if (value === '') return value;
    const before = problems.length;
    validate(column, (field, found) => parseText(value, field, { longest: maximum }, found));
    return problems.length === before ? value : null;
  };
  const latin = (column: C, value: string): string | null => {
    const lookalike = LOOKALIKE.exec(value);
    if (lookalike === null) return value;
    return refuse(
      column,
      `contains the letter ${lookalike[0]} (${codePoint(lookalike[0])}); codes have Latin letters only`,
    );
  };
  const code = (column: C, value: string, isKnown: (code: string) => boolean): string | null =>
    latin(column, value) === null
      ? null
      : isKnown(value)
        ? value
        : refuse(column, `${shown(value)} is not known`);
  const known = (column: C, isKnown: (code: string) => boolean): string | null =>
    cells[column] === '' ? null : code(column, cells[column], isKnown);

  return {
    line,
    refuse,
    hold,
    text,
    known,
    required: (column, maximum) =>
      cells[column] === '' ? refuse(column, 'is empty') : text(column, maximum),
    code: (column, pattern, form) => {
      if (latin(column, cells[column]) === null) return null;
      return pattern.test(cells[column]) ? cells[column] : refuse(column, `is not a code of ${form}`);
    },
    oneOf: (column, values) => {
      const value = values.find((candidate) => candidate === cells[column]);
      if (value !== undefined) return value;
      return latin(column, cells[column]) === null
        ? null
        : refuse(column, `is not one of ${values.join(', ')}`);
    },
    list: (column, separator, isKnown) => {
      const values = cells[column] === '' ? [] : cells[column].split(separator).map((value) => value.trim());
      const repeated = values.find((value, index) => values.indexOf(value) !== index);
      if (repeated !== undefined) refuse(column, `names ${shown(repeated)} twice`);
      return [...new Set(values)].filter((value) => code(column, value, isKnown) !== null);
    },
    count: (column) => {
      if (cells[column] === '') return null;
      const value = /^\d+$/.test(cells[column]) ? Number(cells[column]) : Number.NaN;
      if (value <= MAX_CASUALTIES) return value;
      return refuse(column, `is not a whole number from 0 to ${MAX_CASUALTIES}`);
    },
    number: (column, minimum, maximum) => {
      if (cells[column] === '') return null;
      const value = /^-?\d+(?:\.\d+)?$/.test(cells[column]) ? Number(cells[column]) : Number.NaN;
      if (value >= minimum && value <= maximum) return value;
      return refuse(column, `is not a number from ${minimum} to ${maximum}`);
    },
    instant: (column) => {
      if (cells[column] === '') return null;
      const moment = parseInstant(cells[column]);
      return moment ?? refuse(column, 'is not a time of RFC 3339, such as 2021-08-11T21:50:00+04:00');
    },
  };
}

const INSTANT = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d{1,3})?([Zz]|([+-])(\d\d):(\d\d))$/;

/** Accepts only valid times, with at most milliseconds. Rejects 31 June and 24:00. */
function parseInstant(value: string): Date | null {
  const match = INSTANT.exec(value);
  if (match === null) return null;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const offset = [Number(match[10] ?? 0), Number(match[11] ?? 0)] as const;
  if (hour > 23 || minute > 59 || second > 59 || offset[0] > 23 || offset[1] > 59 || year < 1900) return null;
  const milliseconds = Math.round(Number(match[7] ?? 0) * 1000);
  const local = new Date(Date.UTC(year, month - 1, day, hour, minute, second, milliseconds));
  if (local.getUTCMonth() !== month - 1 || local.getUTCDate() !== day) return null;
  const minutesAhead = (match[9] === '-' ? -1 : 1) * (offset[0] * 60 + offset[1]);
  return new Date(local.getTime() - minutesAhead * 60_000);
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
