import { inject } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** Whether `npm run test:long` runs the test. */
    isLong: boolean;
  }
}

/** True in `npm run test:long`, where a test may take minutes. */
export const IS_LONG = inject('isLong');

/** How many rounds a test makes: few in `npm test`, many in `npm run test:long`, others by MERZILI_TEST_ROUNDS. */
export function rounds(few: number, many: number): number {
  return Number(process.env.MERZILI_TEST_ROUNDS ?? (IS_LONG ? many : few));
}

/**
 * Where random choices begin: always at the same place in `npm test`, elsewhere at each run of
 * `npm run test:long`, and at the seed of a failure by MERZILI_TEST_SEED.
 */
export const SEED = Number(process.env.MERZILI_TEST_SEED ?? (IS_LONG ? Date.now() & 0x7fffffff : 20_220_309));
