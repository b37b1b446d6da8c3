import { setTimeout as delay } from 'node:timers/promises';

/**
 * Maximum length of unwritten text, in UTF-16 code units. Further lines are dropped, so that nothing waits for the
 * reader.
 */
const MAX_BACKLOG_LENGTH = 4 * 1024 * 1024;
/** Interval at which lines are written. */
const WRITE_INTERVAL_MS = 20;
/** How long the reader may take for the remaining lines when the process ends. */
const CLOSE_TIMEOUT_MS = 500;

/** Destination of log lines. Writing never waits for the reader. */
export interface LogSink {
  write(line: string): void;
  /** Resolves when everything is written, or after a timeout. */
  end(): Promise<void>;
}

/**
 * Standard error. On Linux and macOS Node writes to a pipe without blocking and buffers the rest. Unread text keeps
 * the process alive, so the command line ends a stopped server with process.exit().
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
