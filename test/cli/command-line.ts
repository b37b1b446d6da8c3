import { once } from 'node:events';
import { PassThrough, Transform } from 'node:stream';
import { run } from '../../src/cli/program.js';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>;
  /** Whether stderr is a terminal. */
  readonly isTTY?: boolean;
  /** By default a server stops as soon as it has started. */
  readonly stopRequested?: () => Promise<void>;
}

/** Runs a command line in this process, with streams and environment of its own. */
export async function merzili(
  args: readonly string[],
  { env = {}, isTTY, stopRequested }: Surroundings = {},
): Promise<Outcome> {
  const started = new AbortController();
  const stdout = new Transform({
    transform(chunk, _encoding, done) {
      if (/^Tokens /m.test(String(chunk))) started.abort();
      done(null, chunk);
    },
  });
  const stderr = Object.assign(new PassThrough(), { isTTY, columns: 80, rows: 24 });
  const stopWhenStarted = async () => void (await once(started.signal, 'abort'));
  const code = await run(args, { env, stdout, stderr, stopRequested: stopRequested ?? stopWhenStarted });
  const text = (stream: Transform): string => String(stream.read() ?? '');
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
