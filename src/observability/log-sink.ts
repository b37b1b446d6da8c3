import { setTimeout as delay } from 'node:timers/promises';

/** Text waiting to be written, in UTF-16 code units. Lines beyond it are dropped, so that nothing waits for a reader. */
const MAX_BACKLOG_LENGTH = 4 * 1024 * 1024;
/** Lines are written together, this often. */
const WRITE_INTERVAL_MS = 20;
/** How long a reader gets to take what is left when the process ends. */
const CLOSE_TIMEOUT_MS = 500;

/** Where log lines go. Writing never waits for the reader. */
export interface LogSink {
  write(line: string): void;
  /** Resolves when everything is written, or when the reader has not taken it in time. */
  end(): Promise<void>;
}

/**
 * Standard error. On Linux and macOS Node writes to a pipe without blocking and buffers what does not fit. Text that
 * nobody reads keeps the process alive, so that the command line ends a stopped server by process.exit().
 */
export function standardError(): LogSink {
  const stream = process.stderr;
  let isOpened = false;
  let batch = '';
  let timer: NodeJS.Timeout | null = null;

  function writeBatch(): void {
    timer = null;
    if (!isOpened) {
      isOpened = true;
      stream.on('error', () => {});
    }
    const text = batch;
    batch = '';
    if (text !== '' && stream.writableLength < MAX_BACKLOG_LENGTH) stream.write(text);
  }

  return {
    write(line) {
      if (batch.length < MAX_BACKLOG_LENGTH) batch += line;
      timer ??= setTimeout(writeBatch, WRITE_INTERVAL_MS).unref();
    },
    async end() {
      if (timer) clearTimeout(timer);
      writeBatch();
      const deadline = performance.now() + CLOSE_TIMEOUT_MS;
      while (stream.writableLength > 0 && performance.now() < deadline) await delay(WRITE_INTERVAL_MS);
    },
  };
}
