import { setTimeout as delay } from 'node:timers/promises';
import { errorMessage } from '../common/thrown.js';
import { EXIT } from './failure.js';
import { run } from './program.js';

/** A process ends within 10 s of SIGTERM, whatever state it is in. */
const STOP_LIMIT_MS = 9_500;
/** How long the readers of its output may take for the last lines. */
const OUTPUT_LIMIT_MS = 500;

let isStopRequested = false;
let isOutputLost = false;

// On a full disk, or if the reader of a pipe has gone.
process.stdout.on('error', (error) => {
  if (!isOutputLost) process.stderr.write(`error: the output was not written: ${errorMessage(error)}\n`);
  isOutputLost = true;
  process.exitCode = EXIT.failure;
});

function endNow(): never {
  process.stderr.write('error: Not stopped within 9.5 s; the process ends now\n');
  process.exit(EXIT.failure);
}

async function flushOutput(): Promise<void> {
  const deadline = performance.now() + OUTPUT_LIMIT_MS;
  const { stdout, stderr } = process;
  while (stdout.writableLength + stderr.writableLength > 0 && performance.now() < deadline) await delay(10);
}

const code = await run(process.argv.slice(2), {
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  stopRequested: () =>
    new Promise((resolve) => {
      const stop = (): void => {
        isStopRequested = true;
        setTimeout(endNow, STOP_LIMIT_MS);
        resolve();
      };
      // Only once: a second Ctrl-C ends the process at once.
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
    }),
});
process.exitCode = isOutputLost ? EXIT.failure : code;
// Unread output, and connections to a database that does not answer, would keep the process alive.
if (isStopRequested || code !== EXIT.ok) {
  await flushOutput();
  process.exit();
}
