import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RequestQueue } from '../../src/database/request-queue.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const delay = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What each of the promises comes to, once every timer has gone off. */
async function outcomesOf<T>(promises: readonly Promise<T>[]): Promise<PromiseSettledResult<T>[]> {
  const settled = Promise.allSettled(promises);
  await vi.runAllTimersAsync();
  return settled;
}

/** Work that ends when the test says so. */
function work(): { start: () => Promise<string>; end: () => void } {
  let end: () => void = () => {};
  const ended = new Promise<string>((resolve) => {
    end = () => resolve('done');
  });
  return { start: () => ended, end };
}

describe('a request queue', () => {
  it('lets in by order of arrival, as many as there are places', async () => {
    const queue = new RequestQueue(2);
    const order: number[] = [];
    let inside = 0;
    let most = 0;
    await outcomesOf(
      Array.from({ length: 20 }, (_, index) =>
        queue.run(async () => {
          order.push(index);
          inside += 1;
          most = Math.max(most, inside);
          await delay(1);
          inside -= 1;
        }),
      ),
    );
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect([most, queue.busy]).toEqual([2, 0]);
  });

  it('keeps requests for longer than a second while it moves', async () => {
    const queue = new RequestQueue(1);
    const outcomes = await outcomesOf(Array.from({ length: 6 }, () => queue.run(() => delay(300))));
    expect(outcomes.map(({ status }) => status)).toEqual(Array(6).fill('fulfilled'));
  });

  it('refuses after a second of standing still, and the place is not lost', async () => {
    const queue = new RequestQueue(1);
    const long = work();
    const held = queue.run(long.start);
    const refused = expect(queue.run(async () => 'let in')).rejects.toMatchObject({
      extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true },
    });
    await vi.advanceTimersByTimeAsync(999);
    expect(queue.busy).toBe(2);
    await vi.advanceTimersByTimeAsync(1);
    await refused;
    expect(queue.busy).toBe(1);
    long.end();
    expect(await held).toBe('done');
    expect(await queue.run(async () => 'let in')).toBe('let in');
  });

  it('keeps nobody for longer than five seconds', async () => {
    const queue = new RequestQueue(1);
    const outcomes = await outcomesOf(Array.from({ length: 9 }, () => queue.run(() => delay(700))));
    // The eighth starts after 4.9 s; the ninth would start after 5.6 s.
    expect(outcomes.map(({ status }) => status)).toEqual([...Array(8).fill('fulfilled'), 'rejected']);
  });

  it('gives a place back when the work fails', async () => {
    const queue = new RequestQueue(1);
    await expect(queue.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await queue.run(async () => 'let in')).toBe('let in');
  });
});
