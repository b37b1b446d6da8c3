import { fstatSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Text that waits to be written, in UTF-16 code units; lines on top are dropped, so that nothing waits for a reader. */
const MAX_BACKLOG_BYTES = 4 * 1024 * 1024;
/** Lines are written together, this often. */
const EVERY_MS = 20;
/** How long a reader gets to take what is left when the process ends. */
const FAREWELL_MS = 500;

/** Where lines go. Never waits for whoever reads them. */
export interface LogSink {
  write(line: string): void;
  /** Resolves when everything is written, or the reader does not take it. */
  end(): Promise<void>;
}

/** Standard error, which blocks the whole process when it is a pipe that nobody empties, made not to. */
export function standardError(): LogSink {
  const stream = process.stderr;
  let handle: PipeHandle | null = null;
  let isOpened = false;
  let batch = '';
  let timer: NodeJS.Timeout | null = null;

  function writeBatch(): void {
    timer = null;
    if (!isOpened) {
      isOpened = true;
      stream.on('error', () => {});
      handle = isPipe(stream.fd) ? pipeHandle(Reflect.get(stream, '_handle')) : null;
      handle?.setBlocking(false);
    }
    const text = batch;
    batch = '';
    if (text !== '' && stream.writableLength < MAX_BACKLOG_BYTES) stream.write(text);
  }

  return {
    write(line) {
      if (batch.length < MAX_BACKLOG_BYTES) batch += line;
      timer ??= setTimeout(writeBatch, EVERY_MS).unref();
    },
    async end() {
      if (timer) clearTimeout(timer);
      writeBatch();
      for (let waited = 0; stream.writableLength > 0 && waited < FAREWELL_MS; waited += EVERY_MS)
        await delay(EVERY_MS);
      // What nobody takes would keep the process alive.
      if (stream.writableLength > 0) handle?.close();
    },
  };
}

function isPipe(descriptor: number): boolean {
  const found = fstatSync(descriptor);
  return found.isFIFO() || found.isSocket();
}

/** The parts of Node's own handle of a pipe that we use. */
interface PipeHandle {
  setBlocking(isBlocking: boolean): void;
  close(): void;
}

function pipeHandle(value: unknown): PipeHandle | null {
  return isPipeHandle(value) ? value : null;
}

function isPipeHandle(value: unknown): value is PipeHandle {
  return (
    typeof value === 'object' &&
    value !== null &&
    'setBlocking' in value &&
    typeof value.setBlocking === 'function' &&
    'close' in value &&
    typeof value.close === 'function'
  );
}
