import type { Writable } from 'node:stream';

/** Everything a command uses of its process. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The result, and nothing else. */
  readonly stdout: Writable;
  /** Progress, warnings and errors. */
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** Catches Ctrl-C and SIGTERM from the first call on. Resolves at the first signal. */
  readonly stopRequested: () => Promise<void>;
}

export function print(stream: Writable, line: string): void {
  stream.write(`${line}\n`);
}
