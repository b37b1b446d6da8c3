import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Command names of Chromium, searched on PATH without MERZILI_CHROMIUM. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'] as const;
const TIMEOUT_MS = 60_000;

/** Chromium was not found or failed. */
export class PrintError extends Error {}

/** Prints a page to a PDF file with headless Chromium. `chromium` is its path; null searches for it. */
export async function printPdf(page: string, out: string, chromium: string | null): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'merzili-report-'));
  try {
    const source = join(folder, 'report.html');
    await writeFile(source, page, { mode: 0o600 });
    for (const command of chromium === null ? NAMES : [chromium]) {
      if (await printWith(command, folder, source, out)) return;
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
