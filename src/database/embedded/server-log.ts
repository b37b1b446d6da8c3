import { copyFileSync, openSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';
import { copyFile, stat, truncate } from 'node:fs/promises';

const MAX_BYTES = 10 * 1024 * 1024;
const CHECK_EVERY_MS = 1_000;

/**
 * The log file of PostgreSQL. When it is too long, its content moves to the same name with `.1`. Both together hold
 * about 20 MB, and what PostgreSQL writes in a second.
 */
export interface ServerLog {
  readonly path: string;
  /** Opens it for appending. */
  open(): number;
  /** Text written since `open` was last called. */
  latest(): string;
  /** Rotates it until the returned function is called. Calls `onError` once if the files cannot be written. */
  startRotation(onError: (error: unknown) => void): () => void;
}

export function serverLog(path: string): ServerLog {
  let mark = 0;
  const previous = `${path}.1`;
  const rotate = () => {
    const { size } = statSync(path, { throwIfNoEntry: false }) ?? { size: 0 };
    if (size <= MAX_BYTES) return;
    copyFileSync(path, previous);
    truncateSync(path);
  };
  const openForAppending = () => {
    try {
      rotate();
      return openSync(path, 'a', 0o600);
    } catch {
      // An earlier start as root left a file that this user cannot write, in a folder that it can.
      rmSync(path, { force: true });
      return openSync(path, 'a', 0o600);
    }
  };
  return {
    path,
    open: () => {
      const file = openForAppending();
      mark = statSync(path).size;
      return file;
    },
    latest: () => readFileSync(path).subarray(mark).toString('utf8'),
    startRotation(onError) {
      let isReported = false;
      let timer = setTimeout(check, CHECK_EVERY_MS).unref();
      let isStopped = false;

      function check(): void {
        rotateWhileWritten(path, previous)
          .catch((error: unknown) => {
            if (!isReported) onError(error);
            isReported = true;
          })
          .finally(() => {
            if (!isStopped) timer = setTimeout(check, CHECK_EVERY_MS).unref();
          });
      }

      return () => {
        isStopped = true;
        clearTimeout(timer);
      };
    },
  };
}

/** Does not block the event loop. Lines that PostgreSQL writes between copy and truncation are lost. */
async function rotateWhileWritten(path: string, previous: string): Promise<void> {
  const { size } = await stat(path);
  if (size <= MAX_BYTES) return;
  try {
    await copyFile(path, previous);
  } finally {
    // Without room for the copy, the log alone would fill the disk.
    await truncate(path);
  }
}
