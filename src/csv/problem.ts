import { basename } from 'node:path';
import { escapeUnseen } from '../common/visible-text.js';

/** A value of a file that cannot be imported. */
export interface ImportProblem {
  readonly file: string;
  /** From 1; the first line of the record. */
  readonly line: number;
  /** Column name; null if the problem concerns the whole line. */
  readonly column: string | null;
  readonly value: string | null;
  readonly message: string;
}

/** An import failed for these reasons and wrote nothing. */
export class ImportError extends Error {
  readonly problems: readonly ImportProblem[];

  constructor(file: string, problems: readonly ImportProblem[]) {
    const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
    super(`${basename(file)} was not imported, because of ${count} in it`);
    this.problems = [...problems].sort((a, b) => a.line - b.line);
  }
}

const SHOWN_LENGTH = 80;

/** One line for a terminal: file:line: column: problem, value. What cannot be seen is escaped. */
export function describeProblem({ file, line, column, value, message }: ImportProblem): string {
  const place = [`${file}:${line}`, ...(column === null ? [] : [column]), message].join(': ');
  if (value === null || value === '') return place;
  const shown = value.length > SHOWN_LENGTH ? `${value.slice(0, SHOWN_LENGTH)}…` : value;
  return `${place}: ${escapeUnseen(JSON.stringify(shown))}`;
}
