import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createBoundedQueue } from '../../src/feed/bounded-queue.js';
import type { Channel, ChannelSubscriber, RenderedEvent } from '../../src/feed/channel.js';
import { createChannel } from '../../src/feed/channel.js';
import { type EventLog, PAGE } from '../../src/feed/event-log.js';
import { START } from '../../src/feed/event-offset.js';
import { createFeed } from '../../src/feed/feed.js';
import { shared } from '../../src/feed/sequencer.js';
import { MAX_WAITING_EVENTS, STALLED_MS, subscribe } from '../../src/feed/subscriber.js';

/** A table of events in memory. */
function table() {
  const events: { key: string; offset: bigint }[] = [];
  const log: Pick<EventLog, 'pageAfter'> = {
    async pageAfter(_audience, offset) {
      await delay(1);
      const page = events.filter((event) => event.offset > offset).slice(0, PAGE);
      return { events: page, next: page.at(-1)?.offset ?? offset, isLast: page.length < PAGE };
    },
  };
  const feed = createFeed(log, (error) => {
    throw error;
  });
  const add = (count: number): void => {
    for (let n = 0; n < count; n += 1) {
      const number = events.length + 1;
      events.push({ key: String(number), offset: BigInt(number) });
    }
    feed.poll();
  };
  return { log, feed, add };
}

const rendering = (): Channel =>
  createChannel('TUR', async (cursors) => JSON.stringify(cursors.map((cursor) => [cursor, {}])));

const upTo = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index + 1));

afterEach(() => vi.useRealTimers());

describe('a subscription', () => {
  it('loses and repeats nothing, however the client’s pace and the events’ differ', async () => {
    const { log, feed, add } = table();
    add(500);
    const channel = rendering();
    const queue = subscribe({ log, feed }, channel, START, () => {});
    const received: string[] = [];
    const total = 5_000;
    const adding = (async () => {
      for (let added = 500; added < total; added += 450) {
        add(450);
        await delay(added % 900 === 500 ? 30 : 0);
      }
    })();
    for await (const { key } of queue) {
      received.push(key);
      if (received.length === total) break;
      if (received.length % 700 === 0) await delay(60);
    }
    await adding;
    expect(received).toEqual(upTo(total));
    expect(channel.subscribers.size).toBe(0);
    feed.close();
  });

  it('holds no more than it may for a client that takes nothing, and then cuts it off with a code', async () => {
    vi.useFakeTimers();
    const { log, feed, add } = table();
    const ended = vi.fn();
    const queue = subscribe({ log, feed }, rendering(), START, ended);
    await vi.advanceTimersByTimeAsync(100);
    for (let n = 0; n < 20; n += 1) {
      add(200);
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(queue.isOpen).toBe(true);
    await vi.advanceTimersByTimeAsync(STALLED_MS * 1.2);
    expect(ended).toHaveBeenCalledOnce();
    await expect(queue.next()).rejects.toMatchObject({
      code: 'LIMIT_EXCEEDED',
      extensions: { limit: 'queue', maximum: MAX_WAITING_EVENTS, retryable: true },
    });
    expect(await queue.next()).toEqual({ value: undefined, done: true });
    feed.close();
  });

  it('gets an error when its events cannot be read', async () => {
    const { log, feed, add } = table();
    const channel = createChannel('TUR', () => Promise.reject(new Error('broken')));
    const queue = subscribe({ log, feed }, channel, START, () => {});
    await delay(10);
    add(1);
    await expect(queue.next()).rejects.toThrow('broken');
    feed.close();
  });

  it('leaves the feed with the last of its channel', async () => {
    const { log, feed } = table();
    const channel = rendering();
    const left = vi.spyOn(feed, 'leave');
    const [one, two] = [1, 2].map(() => subscribe({ log, feed }, channel, START, () => {}));
    await delay(10);
    await one?.return();
    expect([channel.subscribers.size, left.mock.calls.length]).toEqual([1, 0]);
    await two?.return();
    expect([channel.subscribers.size, left.mock.calls.length]).toEqual([0, 1]);
  });
});

describe('a channel', () => {
  it('reads once for all of its subscribers', async () => {
    const read = vi.fn(async (cursors: readonly string[]) =>
      JSON.stringify(cursors.map((cursor) => [cursor, {}])),
    );
    const channel = createChannel('TUR', read);
    const received: RenderedEvent[][] = [];
    const subscriber = (): ChannelSubscriber => ({
      receive: (events) => received.push([...events]),
      leave() {},
      fail() {},
    });
    for (let n = 0; n < 1_000; n += 1) channel.subscribers.add(subscriber());
    channel.deliver([{ key: 'a', offset: 1n }]);
    await delay(20);
    expect(read).toHaveBeenCalledOnce();
    expect(received).toHaveLength(1_000);
  });
});

describe('a queue', () => {
  it('is bounded, and empties itself when its reader leaves', async () => {
    const closed = vi.fn();
    const queue = createBoundedQueue<number>(2, closed);
    expect([1, 2, 3].map((item) => queue.put(item))).toEqual([true, true, false]);
    expect(await queue.next()).toEqual({ value: 1, done: false });
    const drained = queue.drained();
    await queue.return();
    await drained;
    expect(queue.put(4)).toBe(false);
    expect(await queue.next()).toEqual({ value: undefined, done: true });
    expect(closed).toHaveBeenCalledOnce();
  });
});

it('a caller gets the result of a run that began after its call', async () => {
  let begun = 0;
  const work = shared(async () => {
    begun += 1;
    const answer = begun;
    await delay(10);
    if (answer === 2) throw new Error('failed');
    return answer;
  });
  const first = work();
  const others = [work(), work()];
  expect(await first).toBe(1);
  expect(await Promise.allSettled(others)).toMatchObject([{ status: 'rejected' }, { status: 'rejected' }]);
  expect(await Promise.all([work(), work(), work()])).toEqual([3, 4, 4]);
});
