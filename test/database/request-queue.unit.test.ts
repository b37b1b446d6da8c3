import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RequestQueue } from '../../src/database/request-queue.js';

/** Work that ends when it is told to. */
function work(): { start: () => Promise<string>; end: () => void } {
  let end: () => void = () => {};
  const ended = new Promise<string>((resolve) => {
    end = () => resolve('done');
  });
  return { start: () => ended, end };
}

describe('a line', () => {
  it('lets in by order of arrival, as many as there are places', async () => {
    const line = new RequestQueue(2);
    const order: number[] = [];
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        line.run(async () => {
          order.push(index);
          inside += 1;
          most = Math.max(most, inside);
          await delay(1);
          inside -= 1;
        }),
      ),
    );
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
    expect([most, line.busy]).toEqual([2, 0]);
  });

  it('is waited in for longer than a second while it moves', async () => {
    const line = new RequestQueue(1);
    const startedAt = performance.now();
    await Promise.all(Array.from({ length: 6 }, () => line.run(() => delay(300))));
    expect(performance.now() - startedAt).toBeGreaterThan(1_500);
  });

  it('that stands still refuses after a second, and its place is not lost', async () => {
    const line = new RequestQueue(1);
    const long = work();
    const held = line.run(long.start);
    const startedAt = performance.now();
    await expect(line.run(async () => 'let in')).rejects.toMatchObject({
      extensions: { code: 'SERVICE_UNAVAILABLE', retryable: true },
    });
    expect(performance.now() - startedAt).toBeLessThan(1_500);
    expect(line.busy).toBe(1);
    long.end();
    expect(await held).toBe('done');
    expect(await line.run(async () => 'let in')).toBe('let in');
  });

  it('nobody waits for longer than five seconds', async () => {
    const line = new RequestQueue(1);
    const answers = await Promise.allSettled(Array.from({ length: 9 }, () => line.run(() => delay(700))));
    const refused = answers.filter(({ status }) => status === 'rejected').length;
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(4);
  });

  it('gives a place back when the work fails', async () => {
    const line = new RequestQueue(1);
    await expect(line.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await line.run(async () => 'let in')).toBe('let in');
  });
});
