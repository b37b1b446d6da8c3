import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';

const BYTE_ORDER_MARK = '\ufeff';
/** NUL, and halves of surrogate pairs: PostgreSQL stores neither. */
const UNSTORABLE = /[\0\p{Cs}]/u;

/**
 * The text of bytes in UTF-8, without a byte order mark at its start. Throws SyntaxError for other bytes:
 * a lenient decoder would replace them, and the replacement would be recorded.
 */
export function decodeUtf8(bytes: Buffer): string {
  if (!isUtf8(bytes)) throw new SyntaxError('is not UTF-8');
  return withoutByteOrderMark(bytes.toString('utf8'));
}

export function withoutByteOrderMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
}

/** The text of a file in UTF-8. Rejects when it cannot be read or is not UTF-8. */
export async function readTextFile(path: string): Promise<string> {
  return decodeUtf8(await readFile(path));
}

/** Whether PostgreSQL takes it as a text. */
export function isStorable(text: string): boolean {
  return !UNSTORABLE.test(text);
}

/** Whether all texts of a JSON value can be stored, names of members included. */
export function isStorableJson(value: unknown): boolean {
  // A list of what is left to look at: a deeply nested value would exhaust the stack.
  const left: unknown[] = [value];
  for (const next of left) {
    if (typeof next === 'string' && !isStorable(next)) return false;
    if (typeof next === 'object' && next !== null)
      for (const entry of Object.entries(next)) left.push(...entry);
  }
  return true;
}
