import { Presets, SingleBar } from 'cli-progress';
import type { Terminal } from './terminal.js';

/** A progress bar. cli-progress prints nothing if stderr is no terminal. */
export interface Progress {
  show(done: number, total: number): void;
  stop(): void;
}

export function createProgress({ stderr }: Terminal, what: string): Progress {
  const format = `${what} {bar} {value} of {total}`;
  const bar = new SingleBar(
    { format, stream: stderr, clearOnComplete: true, hideCursor: true },
    Presets.shades_classic,
  );
  let isStarted = false;
  return {
    show: (done, total) => {
      if (!isStarted) bar.start(total, 0);
      isStarted = true;
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
}
