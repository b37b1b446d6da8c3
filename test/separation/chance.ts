import fc from 'fast-check';

const evenly = (max: number): fc.Arbitrary<number> => fc.noBias(fc.nat(max));

/** Choices of a generator, so that a seed repeats them. */
export class Chance {
  constructor(private readonly generate: fc.GeneratorValue) {}

  /** 0 to `end` - 1, evenly. */
  below(end: number): number {
    return this.generate(evenly, end - 1);
  }

  pick<T>(values: readonly T[]): T {
    if (values.length === 0) throw new Error('Nothing to pick from');
    return values[this.below(values.length)] as T;
  }

  chance(percent: number): boolean {
    return this.below(100) >= 100 - percent;
  }
}
