import { basename } from 'node:path';
import { escapeUnseen } from '../common/visible-text.js';

/** Problems of one file that are listed; further ones are counted. */
const MAX_LISTED_PROBLEMS = 50;

/** A value of a file that cannot be imported. */
export interface ImportProblem {
  readonly file: string;
  /** From 1; the first line of the record. */
  readonly line: number;
  /** Name in the header; null where the problem is the line's. */
  readonly column: string | null;
  readonly value: string | null;
  readonly message: string;
}

/** Collects the problems of a file. Holds the first of them by line, however many there are. */
export class ImportProblems {
  #count = 0;
  readonly #listed: ImportProblem[] = [];

  constructor(readonly file: string) {}

  get count(): number {
    return this.#count;
  }

  /** In the order of lines, at most {@link MAX_LISTED_PROBLEMS}. */
  get listed(): readonly ImportProblem[] {
    return this.#listed;
  }

  add(line: number, message: string, column: string | null = null, value: string | null = null): void {
    this.#count++;
    const after = this.#listed.findLastIndex((problem) => problem.line <= line) + 1;
    if (after === MAX_LISTED_PROBLEMS) return;
    this.#listed.splice(after, 0, { file: this.file, line, column, value, message });
    this.#listed.length = Math.min(this.#listed.length, MAX_LISTED_PROBLEMS);
  }

  /** Throws an ImportError if there is a problem. */
  throwIfAny(): void {
    if (this.#count > 0) throw new ImportError(this);
  }
}

/** The file was not imported, for these reasons; nothing was written. */
export class ImportError extends Error {
  readonly problems: readonly ImportProblem[];
  /** Problems that are not listed. */
  readonly unlisted: number;

  constructor({ file, listed, count }: ImportProblems) {
    super(
      `${basename(file)} was not imported, because of ${count === 1 ? 'one problem' : `${count} problems`} in it`,
    );
    this.problems = listed;
    this.unlisted = count - listed.length;
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
