import { errorMessage } from '../common/thrown.js';
import { EXIT } from './failure.js';
import { run } from './program.js';

let isStopRequested = false;
let isOutputLost = false;

// On a full disk, or if the reader of a pipe has gone.
process.stdout.on('error', (error) => {
  if (!isOutputLost) process.stderr.write(`error: the output was not written: ${errorMessage(error)}\n`);
  isOutputLost = true;
  process.exitCode = EXIT.failure;
});

const code = await run(process.argv.slice(2), {
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  stopRequested: () =>
    new Promise((resolve) => {
      const stop = (): void => {
        isStopRequested = true;
        resolve();
      };
      // Only once: a second Ctrl-C ends the process at once.
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
    }),
});
process.exitCode = isOutputLost ? EXIT.failure : code;
// The server has waited for the readers of its log. Unread output would keep the process alive.
if (isStopRequested) process.exit();
