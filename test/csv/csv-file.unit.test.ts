import { execFileSync } from 'node:child_process';
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCsv } from '../../src/csv/csv-file.js';
import { describeProblem, ImportError, ImportProblems } from '../../src/csv/problem.js';

const COLUMNS = ['key', 'text'] as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'merzili-csv-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(content: string | Buffer) {
  const file = join(folder, 'file.csv');
  await writeFile(file, content);
  const problems = new ImportProblems(file);
  const rows: [number, string, string][] = [];
  for await (const { line, cells } of readCsv(file, COLUMNS, problems))
    rows.push([line, cells.key, cells.text]);
  return {
    rows,
    problems: problems.listed.map(({ line, column, message }) => [line, column, message] as const),
  };
}

describe('rows stand on the line that an editor shows, whatever ends the lines', () => {
  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('%s, in cells too', async (_, end) => {
    const lines = ['key,text', 'a,"x', 'y', '', 'z"', '', 'b,2', ',', ' , ', 'c,"', '"', 'd,4'];
    expect((await read(lines.join(end))).rows).toEqual([
      [2, 'a', `x${end}y${end}${end}z`],
      [7, 'b', '2'],
      [10, 'c', ''],
      [12, 'd', '4'],
    ]);
  });

  it('mixed in one file', async () => {
    const { rows, problems } = await read('key,text\r\na,1\nb,"2\r\n\n3"\rc,4\r\n\r\nd,5\n');
    expect(rows.map(([line, key]) => [line, key])).toEqual([
      [2, 'a'],
      [3, 'b'],
      [6, 'c'],
      [8, 'd'],
    ]);
    expect(problems).toEqual([]);
  });

  it('where the pieces that are read end between CR and LF', async () => {
    const row = 'k,"1\r\n2"\r\n';
    for (const padding of [65_530, 65_531, 65_532, 65_533, 65_534, 65_535, 65_536]) {
      const header = `key,text\r\nfirst,${'x'.repeat(padding - 16)}\r\n`;
      const { rows } = await read(header + row.repeat(20));
      expect(rows.map(([line]) => line)).toEqual([
        2,
        ...Array.from({ length: 20 }, (_, index) => 3 + 2 * index),
      ]);
    }
  });
});

describe('what is taken', () => {
  it.each([
    ['a byte order mark', '\ufeffkey,text\na,1'],
    ['sep=, in the first line', 'sep=,\r\nkey,text\r\na,1'],
    ['another order of columns', 'text,key\n1,a'],
    ['a header in quotes', '"key","text"\n"a","1"'],
    ['blank lines and rows of commas only', '\n,\nkey,text\n,\n\na,1\n , \n,,,\n'],
  ])('%s', async (_, content) => {
    const { rows, problems } = await read(content);
    expect(problems).toEqual([]);
    expect(rows.map(([, key, text]) => [key, text])).toEqual([['a', '1']]);
  });
});

const utf16 = (text: string, order: 'le' | 'be'): Buffer => {
  const bytes = Buffer.from(text, 'utf16le');
  return order === 'be' ? bytes.swap16() : bytes;
};

describe('one sentence names', () => {
  it.each([
    ['semicolons', 'key;text\na;1\nb;2\n', 'semicolons'],
    ['semicolons with quoted cells', '"key";"text"\n"a;b";"1"\n', 'semicolons'],
    ['tabs', 'key\ttext\na\t1\n', 'tabs'],
    ['vertical bars', 'key|text\na|1\n', 'vertical bars'],
    ['sep=;', 'sep=;\r\nkey;text\r\na;1\r\n', 'semicolons as separator (sep=)'],
    ['sep= with a tab', '\ufeffsep=\t\r\nkey\ttext\r\na\t1\r\n', 'tabs as separator (sep=)'],
    ['UTF-16 with a mark, little endian', utf16('\ufeffkey,text\na,1\n', 'le'), 'UTF-16'],
    ['UTF-16 with a mark, big endian', utf16('\ufeffkey,text\na,1\n', 'be'), 'UTF-16'],
    ['UTF-16 without a mark, little endian', utf16('key,text\na,1\n', 'le'), 'UTF-16'],
    ['UTF-16 without a mark, big endian', utf16('key,text\na,1\n', 'be'), 'UTF-16'],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x6b, 0, 0, 0]), 'UTF-32'],
    ['a workbook', Buffer.from('PK\u0003\u0004\u0014\u0000', 'latin1'), 'workbook of Excel'],
    ['an endless line', `key,text\na,1\nb,${'x'.repeat(1_200_000)}`, 'longer than'],
    ['an empty file', '', 'has no header'],
    ['a file of blank lines', '\n\r\n,,\n', 'has no header'],
  ])('%s', async (_, content, words) => {
    const { problems } = await read(content);
    expect(problems.map(([, , message]) => message)).toEqual([expect.stringContaining(words)]);
  });

  it('each line in windows-1254, up to fifty', async () => {
    const text = Buffer.concat([
      Buffer.from('key,text\r\n'),
      ...Array.from({ length: 60 }, () => Buffer.from([0x61, 0x2c, 0xfe, 0x0d, 0x0a])),
    ]);
    const { problems } = await read(text);
    expect(problems).toEqual(Array.from({ length: 50 }, (_, index) => [index + 2, null, 'is not UTF-8']));
  });
});

describe('quotes in the wrong place', () => {
  it.each([
    ['inside of a cell', 'key,text\r\na,"1\r\n2"\r\nb,x"y\r\nc,3\r\n', 4],
    ['after a closed one', 'key,text\na,"1"2\nb,3\n', 2],
    ['never closed', 'key,text\r\n\r\na,1\r\nb,"2\r\nc,3\r\n', 4],
    ['never closed, with much after it', `key,text\na,1\nb,"2\n${'c,3\n'.repeat(400_000)}`, 3],
  ])('%s end the reading at the record', async (_, content, line) => {
    const { problems } = await read(content);
    expect(problems.map(([at, , message]) => [at, /quote/.test(message)])).toEqual([[line, true]]);
  });
});

describe('memory', () => {
  it('holds a few pieces of a file, however long it is: the writer of a pipe waits for the reader', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const writing = open(pipe, 'w');
    const problems = new ImportProblems(pipe);
    const rows = readCsv(pipe, COLUMNS, problems);
    const first = rows.next();
    const writer = (await writing).createWriteStream();
    let written = 0;
    let isOpen = true;
    writer.on('error', () => {
      isOpen = false;
    });
    writer.write('key,text\n');
    const lines = 'a,b\n'.repeat(4_000);
    const send = (): void => {
      if (isOpen && written < 200_000_000) {
        writer.write(lines, () => {
          written += lines.length;
          send();
        });
      }
    };
    send();
    expect((await first).value).toMatchObject({ line: 2 });
    for (let read = 0; read < 200_000; read++) await rows.next();
    const taken = 200_000 * 4;
    expect(written).toBeLessThan(taken + 1_000_000);
    await rows.return(undefined);
    writer.destroy();
  });

  it('lists the first fifty problems by line and counts the others', () => {
    const problems = new ImportProblems('/data/many.csv');
    for (let line = 100_000; line > 0; line -= 2) problems.add(line, 'is odd');
    for (let line = 1; line < 100_000; line += 2) problems.add(line, 'is even');
    expect(problems.count).toBe(100_000);
    expect(problems.listed.map(({ line }) => line)).toEqual(
      Array.from({ length: 50 }, (_, index) => index + 1),
    );
    const error = new ImportError(problems);
    expect(error.message).toBe('many.csv was not imported, because of 100000 problems in it');
    expect(error.unlisted).toBe(99_950);
  });

  it('shows what cannot be seen as escapes', () => {
    const problem = { file: 'a.csv', line: 2, column: 'key', message: 'is odd' };
    expect(describeProblem({ ...problem, value: 'a\u200bb\u{e0041}\u0301ə\u0301' })).toBe(
      'a.csv:2: key: is odd: "a\\u200bb\\u{e0041}\\u0301ə\u0301"',
    );
  });
});
