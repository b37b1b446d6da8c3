import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { writeOutput } from '../../common/output-files.js';

/** Command names of Chromium, searched on PATH without MERZILI_CHROMIUM. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'] as const;
const TIMEOUT_MS = 60_000;

/** Chromium was not found or failed. */
export class PrintError extends Error {}

/**
 * Prints a page into a PDF file with headless Chromium. `chromium` is its path; null to look for it. The file appears
 * whole or not at all: Chromium prints into a folder of its own, because it ends with 0 where it cannot write.
 */
export async function printPdf(page: string, out: string, chromium: string | null): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'merzili-report-'));
  try {
    const source = join(folder, 'report.html');
    const printed = join(folder, 'report.pdf');
    await writeFile(source, page, { mode: 0o600 });
    for (const command of chromium === null ? NAMES : [chromium]) {
      if (!(await printWith(command, folder, source, printed))) continue;
      return await writeOutput({ path: out, content: await readPdf(printed, command) });
    }
    throw new PrintError(
      chromium === null
        ? 'Chromium is needed to print a PDF: install it, or name it by MERZILI_CHROMIUM'
        : `There is no ${chromium}, which MERZILI_CHROMIUM names`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What Chromium printed. A file cut short, as on a full disk, has no end mark. */
async function readPdf(path: string, command: string): Promise<Buffer> {
  const content = await readFile(path).catch(() => Buffer.alloc(0));
  if (content.subarray(0, 5).toString() === '%PDF-' && content.subarray(-1_024).includes('%%EOF'))
    return content;
  throw new PrintError(`${command} printed no whole PDF into ${path}: is the disk full?`);
}

/** False if the command does not exist. */
function printWith(command: string, folder: string, source: string, out: string): Promise<boolean> {
  const args = [
    '--headless',
    '--disable-gpu',
    '--no-first-run',
    '--disable-extensions',
    '--disable-dev-shm-usage',
    // Chromium has no sandbox for root. The page is our own and has no scripts.
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    `--user-data-dir=${join(folder, 'profile')}`,
    '--no-pdf-header-footer',
    `--print-to-pdf=${out}`,
    pathToFileURL(source).href,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: TIMEOUT_MS });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => {
      complaint = `${complaint}${chunk}`.slice(-2_000);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') resolve(false);
      else reject(error);
    });
    child.on('close', (code) => {
      if (code === 0) resolve(true);
      else
        reject(
          new PrintError(`${command} did not print (exit code ${code ?? 'none'}):\n${complaint.trim()}`),
        );
    });
  });
}
