import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { TimeSlices } from '../../src/common/time-slices.js';

/** Slices of five steps: each step takes a unit of a clock that nothing else moves. */
function fiveSteps() {
  let now = 0;
  const done: string[] = [];
  const slices = new TimeSlices(5, () => now);
  function* work(name: string, steps: number): Generator<void, string> {
    for (let step = 1; step <= steps; step += 1) {
      now += 1;
      done.push(name);
      yield;
    }
    return name;
  }
  return { slices, done, work };
}

describe('time slices', () => {
  it('do short work at once, in one slice', async () => {
    const { slices, done, work } = fiveSteps();
    const result = slices.run(work('a', 3));
    expect(done).toHaveLength(3);
    expect(await result).toBe('a');
    expect(slices.count).toBe(1);
  });

  it('let the event loop go round between them', async () => {
    const { slices, done, work } = fiveSteps();
    const result = slices.run(work('a', 22));
    const seen = [done.length];
    while (done.length < 22) {
      await setImmediate();
      seen.push(done.length);
    }
    expect(await result).toBe('a');
    expect(Math.max(...seen.map((count, index) => count - (seen[index - 1] ?? 0)))).toBeLessThanOrEqual(5);
    expect(slices.count).toBe(5);
  });

  it('are shared by all work, which takes turns: a short job does not wait for a long one', async () => {
    const { slices, done, work } = fiveSteps();
    const order: string[] = [];
    const running = [
      slices.run(work('long', 100)).then((name) => order.push(name)),
      slices.run(work('short', 3)).then((name) => order.push(name)),
    ];
    expect(done).toHaveLength(5);
    await Promise.all(running);
    expect(order).toEqual(['short', 'long']);
    expect(done.lastIndexOf('short')).toBeLessThan(15);
    expect(slices.count).toBe(21);
  });

  it('reject for work that throws, and go on with the rest', async () => {
    const { slices, work } = fiveSteps();
    // biome-ignore lint/correctness/useYield: it throws before
    function* failing(): Generator<void, never> {
      throw new Error('broken');
    }
    const failed = slices.run(failing());
    const fine = slices.run(work('b', 7));
    await expect(failed).rejects.toThrow('broken');
    expect(await fine).toBe('b');
  });
});
