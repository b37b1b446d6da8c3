import { run } from './program.js';

let isStopRequested = false;

process.exitCode = await run(process.argv.slice(2), {
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
// The server has waited for the readers of its log. Unread output would keep the process alive.
if (isStopRequested) process.exit();
