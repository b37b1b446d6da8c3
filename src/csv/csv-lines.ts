import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import type { ImportProblems } from './problem.js';

/** The longest record, and the longest line, in bytes. Memory is bounded by it, whatever the file is. */
export const MAX_RECORD_BYTES = 1024 * 1024;

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Reads a file in pieces that end where a line ends (LF, CRLF or CR). Reports lines that are not UTF-8, and a file
 * that is no text in UTF-8 at all or has an endless line; of such a file nothing more is read. Rejects when the file
 * cannot be read.
 */
export async function* readLines(file: string, problems: ImportProblems): AsyncGenerator<Buffer> {
  let line = 1;
  for await (const { lines, isEndless } of splitAtLines(file)) {
    const form = line === 1 ? foreignForm(lines) : null;
    if (form !== null) return problems.add(1, `is ${form}; the import takes CSV in UTF-8`);
    if (isEndless) return problems.add(line, `is longer than ${MAX_RECORD_BYTES} bytes`);
    if (!isUtf8(lines)) reportEncoding(lines, line, problems);
    yield lines;
    line += countBreaks(lines);
  }
}

interface Piece {
  readonly lines: Buffer;
  readonly isEndless: boolean;
}

async function* splitAtLines(file: string): AsyncGenerator<Piece> {
  let rest = Buffer.alloc(0);
  const chunks: AsyncIterable<Buffer> = createReadStream(file);
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk]);
    // A carriage return at the very end may belong to a line feed to come.
    const end =
      Math.max(bytes.lastIndexOf(LINE_FEED), bytes.subarray(0, -1).lastIndexOf(CARRIAGE_RETURN)) + 1;
    if (end > 0) yield { lines: bytes.subarray(0, end), isEndless: false };
    rest = bytes.subarray(end);
    if (rest.length > MAX_RECORD_BYTES) return yield { lines: rest, isEndless: true };
  }
  if (rest.length > 0) yield { lines: rest, isEndless: false };
}

/** First bytes of files that are taken for CSV by mistake. */
const SIGNATURES: readonly (readonly [string, string])[] = [
  ['fffe0000', 'UTF-32'],
  ['0000feff', 'UTF-32'],
  ['fffe', 'UTF-16'],
  ['feff', 'UTF-16'],
  ['504b0304', 'a ZIP file, such as a workbook of Excel'],
  ['d0cf11e0', 'a workbook of Excel'],
];

/** What a file is whose first bytes are no text in UTF-8; null for text. */
function foreignForm(bytes: Buffer): string | null {
  const start = bytes.subarray(0, 4).toString('hex');
  const signature = SIGNATURES.find(([hex]) => start.startsWith(hex));
  if (signature !== undefined) return signature[1];
  // Letters of a header without a byte order mark: every second byte is 0.
  return bytes.subarray(0, 2).includes(0) ? 'UTF-16' : null;
}

function reportEncoding(bytes: Buffer, firstLine: number, problems: ImportProblems): void {
  let line = firstLine;
  let start = 0;
  for (let end = 0; end < bytes.length; end++) {
    if (!endsLine(bytes, end) && end !== bytes.length - 1) continue;
    if (!isUtf8(bytes.subarray(start, end + 1))) problems.add(line, 'is not UTF-8');
    start = end + 1;
    line++;
  }
}

function countBreaks(bytes: Buffer): number {
  let breaks = 0;
  for (let index = 0; index < bytes.length; index++) if (endsLine(bytes, index)) breaks++;
  return breaks;
}

function endsLine(bytes: Buffer, index: number): boolean {
  const byte = bytes[index];
  return byte === LINE_FEED || (byte === CARRIAGE_RETURN && bytes[index + 1] !== LINE_FEED);
}
