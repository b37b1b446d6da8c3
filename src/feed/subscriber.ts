import { CodedError } from '../common/errors.js';
import { retryWhileUnavailable } from '../database/unavailable.js';
import { type BoundedQueue, createBoundedQueue } from './bounded-queue.js';
import { type Channel, type ChannelSubscriber, MAX_OUTAGE_MS, type RenderedEvent } from './channel.js';
import type { EventLog } from './event-log.js';
import type { EventOffset } from './event-offset.js';
import type { Feed } from './feed.js';

/** Events that may wait for a client; it gets further ones from the table once it has taken these. */
export const MAX_WAITING_EVENTS = 256;
/** A client that has events waiting and takes none for this long is disconnected; it can resume by cursor. */
export const STALLED_MS = 10_000;
/** After a page with at most this many events, a subscription joins the feed. */
const CAUGHT_UP_EVENTS = 32;

/**
 * The events of a channel after an offset, in order, none left out and none twice. They come from the table, page by
 * page as the client takes them, until it has caught up; then from the feed. A client that falls behind gets them
 * from the table again.
 */
export function subscribe(
  { log, feed }: { readonly log: Pick<EventLog, 'pageAfter'>; readonly feed: Feed },
  channel: Channel,
  start: EventOffset,
  onEnd: () => void,
): BoundedQueue<RenderedEvent> {
  let reached = start;
  /** Events from the feed that wait until the table has been read; null when they go straight to the client. */
  let buffered: RenderedEvent[] | null = null;
  let wake: () => void = () => {};

  const queue = createBoundedQueue<RenderedEvent>(MAX_WAITING_EVENTS, () => {
    leave();
    wake();
    onEnd();
  });

  const subscriber: ChannelSubscriber = {
    receive(events) {
      if (buffered !== null) {
        buffered.push(...events);
        if (buffered.length > MAX_WAITING_EVENTS) leave();
        return;
      }
      for (const event of events) {
        if (event.position <= reached) continue;
        if (!queue.put(event)) return leave();
        reached = event.position;
      }
    },
    leave,
    fail: (error) => queue.abort(error),
  };

  function leave(): void {
    if (!channel.subscribers.delete(subscriber)) return;
    if (channel.subscribers.size === 0) feed.leave(channel.audience, channel);
    wake();
  }

  /** Reads one page of the table, up to `last`, once the client has taken everything before it. */
  async function readPage(
    last: EventOffset | null,
  ): Promise<{ readonly count: number; readonly isLast: boolean }> {
    await untilTaken(queue);
    const page = await retryWhileUnavailable(MAX_OUTAGE_MS, () => log.pageAfter(channel.audience, reached));
    const selected = page.events.filter(({ position }) => last === null || position <= last);
    for (const event of selected.length > 0 ? await channel.render(selected) : []) queue.put(event);
    reached = last !== null && page.next > last ? last : page.next;
    return { count: selected.length, isLast: page.isLast };
  }

  /** Reads pages until one is so small that few events can have followed it. */
  async function catchUp(): Promise<void> {
    while (queue.isOpen) {
      const { count, isLast } = await readPage(null);
      if (isLast && count <= CAUGHT_UP_EVENTS) return;
    }
  }

  /** Follows the feed. Resolves when the client falls behind, or leaves. */
  async function followFeed(): Promise<void> {
    buffered = [];
    channel.subscribers.add(subscriber);
    const isJoined = (): boolean => channel.subscribers.has(subscriber);
    const joined = feed.join(channel.audience, channel, reached);
    while (isJoined() && joined > reached) await readPage(joined);
    const missed = buffered;
    buffered = null;
    if (!isJoined()) return;
    reached = joined;
    subscriber.receive(missed);
    if (isJoined()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  async function run(): Promise<void> {
    while (queue.isOpen) {
      await catchUp();
      await followFeed();
    }
  }

  run().catch((error: unknown) => queue.abort(error));
  return queue;
}

/** Resolves once the client has taken everything; aborts the queue when it has stopped taking. */
async function untilTaken(queue: BoundedQueue<RenderedEvent>): Promise<void> {
  const stallCheck = setInterval(() => {
    if (performance.now() - queue.takenAt > STALLED_MS) queue.abort(tooSlow());
  }, STALLED_MS / 10);
  stallCheck.unref();
  await queue.drained();
  clearInterval(stallCheck);
}

function tooSlow(): CodedError {
  return new CodedError('LIMIT_EXCEEDED', {
    reason: 'LIMIT_QUEUE',
    variables: { maximum: MAX_WAITING_EVENTS },
    extensions: { limit: 'queue', maximum: MAX_WAITING_EVENTS, retryable: true },
  });
}
