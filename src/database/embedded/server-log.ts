import { copyFileSync, openSync, readFileSync, rmSync, statSync, truncateSync } from 'node:fs';

const MAX_BYTES = 10 * 1024 * 1024;
const CHECK_EVERY_MS = 10 * 60_000;

/** The log file of PostgreSQL. When it is too long, its content moves to the same name with `.1`. */
export interface ServerLog {
  readonly path: string;
  /** Opens it for appending. */
  open(): number;
  /** Text written since `open` was last called. */
  latest(): string;
  /** Rotates it until the returned function is called. */
  startRotation(): () => void;
}

export function serverLog(path: string): ServerLog {
  let mark = 0;
  const rotate = () => {
    const { size } = statSync(path, { throwIfNoEntry: false }) ?? { size: 0 };
    if (size <= MAX_BYTES) return;
    copyFileSync(path, `${path}.1`);
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
    startRotation: () => {
      const timer = setInterval(rotate, CHECK_EVERY_MS);
      timer.unref();
      return () => clearInterval(timer);
    },
  };
}
