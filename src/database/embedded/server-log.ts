import { copyFileSync, openSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';

const MAX_BYTES = 10 * 1024 * 1024;
const CHECK_EVERY_MS = 10 * 60_000;

/** The file PostgreSQL writes to; what it held before it grew too long is in the same name with `.1`. */
export interface ServerLog {
  readonly path: string;
  /** Opens it for appending. */
  open(): number;
  /** What has been written since `open` was last called. */
  latest(): string;
  /** Keeps it short until the returned function is called. */
  keepShort(): () => void;
}

export function serverLog(path: string): ServerLog {
  let mark = 0;
  const shorten = () => {
    const { size } = statSync(path, { throwIfNoEntry: false }) ?? { size: 0 };
    if (size <= MAX_BYTES) return;
    copyFileSync(path, `${path}.1`);
    truncateSync(path);
  };
  const openForAppending = () => {
    try {
      shorten();
      return openSync(path, 'a', 0o600);
    } catch {
      // An earlier start as root left one that is not ours to write, in a folder that is.
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
    keepShort: () => {
      const timer = setInterval(shorten, CHECK_EVERY_MS);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}
