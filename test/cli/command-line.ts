import { PassThrough } from 'node:stream';
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
  readonly stopRequested?: () => Promise<void>;
}

/** Runs a command line in this process, with streams and environment of its own. */
export async function merzili(
  args: readonly string[],
  { env = {}, isTTY, stopRequested = async () => {} }: Surroundings = {},
): Promise<Outcome> {
  const stdout = new PassThrough();
  const stderr = Object.assign(new PassThrough(), { isTTY, columns: 80, rows: 24 });
  const code = await run(args, { env, stdout, stderr, stopRequested });
  const text = (stream: PassThrough): string => String(stream.read() ?? '');
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
