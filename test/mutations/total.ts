import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** File to which every kind of mutant adds a line: how many were noticed, of how many. */
    total: string;
  }
}

/** Says at the end of the run how many of all mutants were noticed. */
export default function setup(project: TestProject): () => void {
  const dir = mkdtempSync(join(tmpdir(), 'merzili-mutations-'));
  const file = join(dir, 'total');
  writeFileSync(file, '');
  project.provide('total', file);
  return () => {
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
    const counts = lines.map((line) => line.split(' ').map(Number) as [number, number]);
    const noticed = counts.reduce((total, [each]) => total + each, 0);
    const all = counts.reduce((total, [, each]) => total + each, 0);
    rmSync(dir, { recursive: true });
    console.log(
      `Mutation check: ${noticed} of ${all} mutants noticed, a kill rate of ${((100 * noticed) / all).toFixed(2)} %`,
    );
  };
}
