import type { Writable } from 'node:stream';

/** All that a command sees of the process it runs in. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What was asked for, and nothing else. */
  readonly stdout: Writable;
  /** Everything said besides. */
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** From the first call on catches Ctrl-C and SIGTERM; resolves at the first of them. */
  readonly stopRequested: () => Promise<void>;
}

export function print(stream: Writable, line: string): void {
  stream.write(`${line}\n`);
}
