import { appendFileSync } from 'node:fs';
import { inject } from 'vitest';

/** Something broken on purpose. */
export interface Mutant {
  readonly name: string;
  apply(): Promise<void>;
  undo(): Promise<void>;
}

/** Applies one mutant after the other and says which of them went unnoticed; `notices` throws when it does. */
export async function survivorsOf<M extends Mutant>(
  mutants: readonly M[],
  notices: (mutant: M) => Promise<void>,
): Promise<string[]> {
  const survivors: string[] = [];
  for (const mutant of mutants) {
    await mutant.apply();
    try {
      await notices(mutant);
      survivors.push(mutant.name);
    } catch (error) {
      if (!(error instanceof Error && error.name === 'AssertionError')) throw error;
    } finally {
      await mutant.undo();
    }
  }
  return survivors;
}

/** Says how many were noticed, for the record of the run; `equivalent` are those that change nothing. */
export function report(
  kind: string,
  mutants: readonly Mutant[],
  survivors: readonly string[],
  equivalent = 0,
): void {
  const killed = mutants.length - survivors.length;
  const rate = mutants.length === 0 ? 100 : (100 * killed) / mutants.length;
  const besides = equivalent === 0 ? '' : `, ${equivalent} equivalent left out`;
  appendFileSync(inject('total'), `${killed} ${mutants.length}\n`);
  console.log(`${kind}: ${killed} of ${mutants.length} noticed (${rate.toFixed(1)} %)${besides}`);
}
