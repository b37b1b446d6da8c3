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
      // Once: at the second Ctrl-C the process ends without waiting.
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
    }),
});
// A stopped server gave the readers of its log their time. What they left unread would keep the process alive.
if (isStopRequested) process.exit();
